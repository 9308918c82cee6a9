import { relative } from '../../server/relative-time.ts';
import { readHookRecord } from '../hook/record.ts';
import { type Finding, fail, note, ok } from './check.ts';

/**
 * When a hook last reached the server, and the last failure where that is newer.
 * @param enabled whether there is a plugin whose hooks should
 * @param now milliseconds since 1970
 */
export function checkHooks(home: string, enabled: boolean, now: number): Finding {
  const { lastSuccess, lastFailure } = readHookRecord(home);
  const reached = lastSuccess && `${lastSuccess.event} reached the server ${relative(lastSuccess.at, now)}`;
  if (lastFailure && !(lastSuccess && Date.parse(lastSuccess.at) >= Date.parse(lastFailure.at))) {
    return fail(
      `${lastFailure.event} failed ${relative(lastFailure.at, now)}: ${lastFailure.reason}; ${reached ?? 'none has reached the server before'}`,
      'Mend what is said above; the next hook that reaches the server clears this.',
    );
  }
  if (reached) return ok(reached);
  return enabled
    ? note('none has reached the server yet', 'Start a session of Claude Code: its first hook should.')
    : note('none has reached the server, and there is no plugin whose hooks would');
}
