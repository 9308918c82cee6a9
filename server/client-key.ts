import { type Context, signature } from './context.ts';
import { ClambakeError } from './errors.ts';
import { checkOptional } from './input.ts';

/**
 * The key under which a write is stored: the caller's own, told apart from everybody else's.
 * @throws ClambakeError BAD_INPUT
 */
export function scopedKey(context: Context, clientKey: string | null | undefined): string | null {
  const checked = checkOptional('clientKey', 'clientKey', clientKey);
  return checked === null ? null : `${signature(context)}:${checked}`;
}

/** Whether a write failed because its client key was used before. Its own retry, or another write under the same key. */
export const isRepeated = (error: unknown, constraint: string): boolean => violates(error, '23505', constraint);

/** Whether a write failed because what it refers to is gone. */
export const isMissing = (error: unknown, constraint: string): boolean => violates(error, '23503', constraint);

function violates(error: unknown, code: string, constraint: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === code &&
    'constraint' in error &&
    error.constraint === constraint
  );
}

/** The same client key with other content: not a retry, but a mistake, and neither is guessed to be meant. */
export function keyConflict(what: string, id: number): ClambakeError {
  return new ClambakeError(
    'CONFLICT',
    `This clientKey was used before for ${what} #${id}, with other content: take a new key for a new ${what}.`,
  );
}
