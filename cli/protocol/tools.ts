/** The tools that there is a text for. `generic` is any other without hooks. */
export const tools = ['claude', 'codex', 'gemini', 'generic'] as const;
export type Tool = (typeof tools)[number];
