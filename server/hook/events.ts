/** The events of Claude Code that are answered, by the names it gives them. */
export const hookEvents = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolBatch',
  'Stop',
  'SessionEnd',
] as const;
export type HookEvent = (typeof hookEvents)[number];

export const isHookEvent = (name: string): name is HookEvent => (hookEvents as readonly string[]).includes(name);

/** Events on which a session that is not known registers: the server was away when it started, or it left and was taken up again. */
export const registering: ReadonlySet<HookEvent> = new Set(['SessionStart', 'UserPromptSubmit', 'PostToolBatch']);
