import type { Finding } from './finding.ts';
import { isPassword, isToken } from './value.ts';

// A name that says what its value is, an end of it such as KEY_BASE, and what stands between it and the value.
const assignment =
  /(?:(passw(?:or)?d|passphrase|passwort|pwd|(?<=[_-])pass)|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|account[_-]?key|signing[_-]?key|encryption[_-]?key|master[_-]?key|license[_-]?key|_auth|(?<![a-z])pass)(?:[_-]?access)?(?:[_-]?key)?(?:[_-]?base)?(?:[_-]?value)?s?\d?\\?["'`*_\]]{0,3}(?:[ \t]{0,16}(:=|=>|={1,3}|\?=|:)|([ \t]{0,16}\||>|[ \t]{1,4}(?:is|was|ist)\b)|(?=[ \t]{1,4}["'`]))[*_]{0,2}[ \t]{0,16}/gi;

/** `--token abc`: on a command line a space is enough. */
const flag =
  /--(?:(password|passwd|passphrase|pass)|[a-z-]{0,20}(?:token|secret|api-?key|access-?key|password))[ =]["']?/gi;

/** How many characters of a value are looked at. The next name may stand within it, and then they are looked at again. */
const enough = 128;

const opening = /\\?["'`]/y;
const bare = /[^\s"'`,;<>(){}[\]|&\\]{1,128}/y;
/** With brackets: code such as `randomBytes(24)` and references such as `${NAME}` show themselves by them. */
const wide = /[^\s"'`,;]{1,128}/y;
const rest = /[^\s"'`,;<>(){}[\]|&\\]*/y;

const awsKey = 'an AWS secret access key';

/** 40 characters of base64, the shape of an AWS secret access key, where such a one is spoken of. */
const aws =
  /(?:aws|secret)[\w.-]{0,20}key["'`*]{0,3}[ \t]{0,8}[:=|][ \t]{0,8}["'`]{0,2}([A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])/gi;
const twilio = /twilio[^\n]{0,40}?(?<![0-9a-f])([0-9a-f]{32})(?![0-9a-f])/gi;

/** Finds `password=…`, `api_key: …`, `"secret": "…"`, `--token …`, with a value that is neither a placeholder nor a word. */
export function* findAssigned(text: string): Generator<Finding> {
  for (const [kind, pattern] of [
    [awsKey, aws],
    ['a Twilio auth token', twilio],
  ] as const) {
    for (const { 0: match, 1: value = '', index } of text.matchAll(pattern)) {
      const end = index + match.length;
      if (/\d/.test(value) && /[a-z]/.test(value) && (kind !== awsKey || /[A-Z]/.test(value)))
        yield { kind, start: end - value.length, end, kept: 0 };
    }
  }
  const endOf = createEnds(text);
  for (const { 0: match, 1: password, 2: strong, 3: weak, index } of text.matchAll(assignment)) {
    const value = readValue(text, index + match.length);
    if (value === undefined) continue;
    const exact = value.quoted || (strong !== undefined && strong !== ':');
    const isSecret =
      password !== undefined && (weak === undefined || value.quoted)
        ? isPassword(value.text, exact)
        : isToken(value.text);
    if (isSecret) yield found(endOf, password, value);
  }
  for (const { 0: match, 1: password, index } of text.matchAll(flag)) {
    const value = readValue(text, index + match.length);
    if (value && (password === undefined ? isToken(value.text) : isPassword(value.text, true)))
      yield found(endOf, password, value);
  }
}

function found(endOf: (at: number) => number, password: string | undefined, { start, end }: Value): Finding {
  const kind = password === undefined ? 'a secret' : 'a password';
  return { kind, start, end: end - start < enough ? end : endOf(end), kept: 0 };
}

/** @returns tells where a value ends that goes on at a place. Of many that end together the text between is read once. */
function createEnds(text: string): (at: number) => number {
  let from = 0;
  let to = 0;
  return (at) => {
    if (at >= from && at < to) return to;
    rest.lastIndex = at;
    from = at;
    to = at + (rest.exec(text)?.[0].length ?? 0);
    return to;
  };
}

interface Value {
  text: string;
  quoted: boolean;
  start: number;
  end: number;
}

function readValue(text: string, at: number): Value | undefined {
  opening.lastIndex = at;
  const mark = opening.exec(text)?.[0];
  const start = at + (mark?.length ?? 0);
  if (mark !== undefined) {
    const [line = ''] = text.slice(start, start + enough).split('\n', 1);
    const length = line.indexOf(mark);
    if (length >= 0) return { text: line.slice(0, length), quoted: true, start, end: start + length };
  }
  wide.lastIndex = start;
  bare.lastIndex = start;
  // Prose has a full stop after it.
  const whole = wide.exec(text)?.[0].replace(/[.:!?]+$/, '');
  const value = bare.exec(text)?.[0];
  if (!whole || !value) return undefined;
  const isCode = /^[\w.$>-]{0,40}[([]|^[$<{[%]/.test(whole);
  return {
    text: isCode ? whole : value.replace(/[.:!?]+$/, ''),
    quoted: mark !== undefined,
    start,
    end: start + value.length,
  };
}
