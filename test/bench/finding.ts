import type { Figures } from './bench.ts';

/** A figure, and what is promised of it. */
export interface Finding {
  name: string;
  value: number;
  /** What it is counted in; nothing for a plain number. */
  unit: '' | 'ms' | 'us' | 'MB' | 'MB/min' | '×' | '%' | '/s';
  /** The promise, where there is one. */
  promise?: { below: number } | { atMost: number };
}

/** A table of findings, the promises beside them. */
export function figuresOf(title: string, findings: readonly Finding[], notes: string[]): Figures {
  return {
    title,
    heading: ['', 'measured', 'promised'],
    rows: findings.map((finding) => [finding.name, amount(finding.value, finding.unit), promised(finding)]),
    notes,
  };
}

/** The promises among findings that did not hold. A figure that could not be taken holds none. */
export function brokenOf(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ value, promise }) => promise && !('below' in promise ? value < promise.below : value <= promise.atMost))
    .map((finding) => `${finding.name}: ${amount(finding.value, finding.unit)}, promised ${promised(finding)}`);
}

/** Prints a finding while others are still being taken. */
export function tell(finding: Finding): void {
  console.log(`  ${finding.name}: ${amount(finding.value, finding.unit)}, promised ${promised(finding)}`);
}

function promised({ promise, unit }: Finding): string {
  if (promise === undefined) return '–';
  return 'below' in promise ? `< ${limit(promise.below, unit)}` : `≤ ${limit(promise.atMost, unit)}`;
}

const limit = (value: number, unit: Finding['unit']): string => [String(value), unit].join(' ').trim();

function amount(value: number, unit: Finding['unit']): string {
  const digits = unit === '' ? 0 : unit === '×' || unit === 'MB/min' ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ${unit}`.trim();
}
