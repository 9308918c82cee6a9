import type { MemoryType } from '../database/generated/enums.ts';

/** The types of a project's memories (protocol: project memory). */
export const projectTypes: readonly MemoryType[] = [
  'ARCHITECTURE',
  'FEATURE',
  'ISSUE',
  'FIX',
  'DECISION',
  'PATTERN',
  'GOTCHA',
  'UPDATE',
];

/** The types of global memories (protocol: global memory). */
export const globalTypes: readonly MemoryType[] = [
  'INFRASTRUCTURE',
  'CONVENTION',
  'TOOL',
  'PREFERENCE',
  'CREDENTIAL',
  'LESSON',
];
