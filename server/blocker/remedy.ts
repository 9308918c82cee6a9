/** A word for a shell to read. What would have to be quoted is not: names are anybody's, and these lines are meant to be run. */
const word = (text: string): string => (/^[\w@%+=:,./][\w@%+=:,./-]*$/.test(text) ? text : '<resource>');

/** The command that waits until a resource is free. */
export const toWait = (resource: string): string => `clambake guard --wait 5m ${word(resource)}`;

/**
 * The command that asks for a resource.
 * @param holderId who holds it; null where the human does, who reads what goes to everybody
 */
export const toAsk = (holderId: string | null, blockerId: number | string): string =>
  `clambake send --to ${word(holderId ?? '@all')} --type request --reply-to ${word(String(blockerId))} --subject "…"`;
