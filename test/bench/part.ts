import type { Finding } from './finding.ts';

/** What one part of a benchmark found. */
export interface Part {
  findings: Finding[];
  /** More of it, for programs. */
  data: unknown;
}
