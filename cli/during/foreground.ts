import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Whether a Ctrl-C reaches the children of this process by itself: the terminal sends it to its whole foreground process group.
 * On Linux the kernel says which that is (proc(5), `tty_nr` and `tpgid`); elsewhere a terminal at hand is taken as a sign.
 */
export function inForeground(): boolean {
  if (process.platform !== 'linux') return [0, 1, 2].some((descriptor) => isatty(descriptor));
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // The second field, a name in brackets, may hold anything.
  const [, , group, , terminal, foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return terminal !== '0' && group === foreground;
}
