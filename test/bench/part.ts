import { type Finding, tell } from './finding.ts';

/** What one part of a benchmark found. */
export interface Part {
  findings: Finding[];
  /** More of it, for programs. */
  data: unknown;
}

/**
 * Takes parts one after the other, and prints what each found.
 * @param only parts whose name holds this; all of them where it is not given
 * @returns all they found, and by their names what there is for programs
 */
export async function runParts(
  parts: Record<string, () => Promise<Part>>,
  only = '',
): Promise<{ findings: Finding[]; data: Record<string, unknown> }> {
  const findings: Finding[] = [];
  const data: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(parts)) {
    if (!name.includes(only)) continue;
    const found = await part();
    found.findings.forEach(tell);
    findings.push(...found.findings);
    data[name] = found.data;
  }
  return { findings, data };
}
