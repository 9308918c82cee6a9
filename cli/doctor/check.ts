import { visibleLine } from '../../server/visible.ts';
import type { Paint, Style } from '../output/style.ts';

/** How a link is: as it should be; worth knowing, and no fault; broken; or not looked at, because another one is broken. */
export type State = 'ok' | 'note' | 'fail' | 'skip';

/** One link of the chain from a session to the database, looked at. */
export interface Check {
  /** In one word, such as `server`. */
  link: string;
  state: State;
  /** What was found. */
  text: string;
  /** What to do about it. */
  mend?: string;
}

/** What was found of a link, whose name the caller adds. */
export type Finding = Omit<Check, 'link'>;

export const ok = (text: string): Finding => ({ state: 'ok', text });
export const note = (text: string, mend?: string): Finding => ({ state: 'note', text, ...(mend ? { mend } : {}) });
export const fail = (text: string, mend?: string): Finding => ({ state: 'fail', text, ...(mend ? { mend } : {}) });
export const skip = (text: string): Finding => ({ state: 'skip', text });

const styles: Readonly<Record<State, Style>> = { ok: 'done', note: 'warning', fail: 'blocker', skip: 'quiet' };

/** Every check in a line of its own, and below it what mends it. */
export function written(checks: readonly Check[], paint: Paint): string {
  return checks
    .map(({ link, state, text, mend }) => {
      const line = `${paint(styles[state], state.padEnd(4))} ${link.padEnd(9)} ${visibleLine(text)}\n`;
      return mend === undefined ? line : `${line}${' '.repeat(15)}${visibleLine(mend)}\n`;
    })
    .join('');
}
