import type { MemoryType } from '../../server/database/generated/enums.ts';

/** What the command line of an import gave. */
export interface Given {
  project?: string;
  global?: boolean;
  type?: MemoryType;
  yes?: boolean;
  dryRun?: boolean;
  allowSecret?: boolean;
}
