/** How large a run is: `short` belongs to `npm test`, `long` writes the table of the README. */
export type Scale = 'short' | 'long';

/** What became of the messages under one fault. */
export interface Outcome {
  fault: string;
  /** How often the fault was done. */
  runs: number;
  /** Messages stored. */
  messages: number;
  /** Deliveries that were due and did not come. */
  missed: number;
  /** Deliveries of a message to one that already had it, and messages stored twice. */
  duplicated: number;
  /** Milliseconds from the first attempt to send to each delivery. */
  latencies: number[];
  /** What must not be, in words; empty where everything held. */
  violations: string[];
  /** What else was seen. */
  notes: string[];
}

/** How many times a promised time may be exceeded: the short form runs wherever tests run, beside whatever else runs there. */
export function patience(scale: Scale): number {
  return scale === 'long' ? 1 : 5;
}

/** A fault and how to do it. */
export interface Fault {
  title: string;
  /** Undefined where this machine cannot do it; with the reason otherwise. */
  unavailable?: () => string | undefined;
  run(scale: Scale): Promise<Outcome[]>;
}

/** The value below which a share of all values lies; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** @throws Error that lists what did not hold, where something did not */
export function assertHeld({ fault, missed, duplicated, violations }: Outcome): void {
  const broken = [
    ...(missed > 0 ? [`${missed} missed`] : []),
    ...(duplicated > 0 ? [`${duplicated} duplicated`] : []),
    ...violations,
  ];
  if (broken.length > 0) throw new Error(`${fault}: ${broken.slice(0, 20).join('; ')}`);
}
