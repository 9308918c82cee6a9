// What tells the value of a secret from what only stands where one would: a placeholder, a reference, a word, code.

/** Words that stand for a secret. One of the first kind is needed; those of the second may go with it, as in `my-db-password`. */
const standIns = new Set(
  'password passwd pass pwd pw pword passphrase passwort token apikey key your my here example sample dummy fake placeholder redacted hidden masked removed omitted replace change changeme changeit insert enter todo tbd none null nil undefined unset empty string value'.split(
    ' ',
  ),
);
const companions = new Set(
  'the some a an put with me this it in is add test testing demo secret db database user username name default goes private public auth api access bearer long random super client server app and be to do not of from set env'.split(
    ' ',
  ),
);

/** A variable, a template or a command in the value's place: `$PGPASSWORD`, `${…}`, `{{…}}`, `<password>`, `%PASSWORD%`. */
const reference =
  /^\$\w+$|^\$\(|^`|\$\{|\{\{|#\{|@\{|^<[^<>]*>?$|^\{[^{}]*\}?$|^\[[^[\]]*\]?$|^%\w+%$|^%[sdv]$|^![a-z]+$|^(?:process\.|os\.|env[.:([])|^(?:secrets?|vault|op|ref|file|keyring|arn|kms|ssm|awssm|gcpsm|akv)(?::|\.|:\/\/)/i;

/** Characters that hide a value: `***`, `xxx`, `...`. */
const mask = /^[*x.•·…_#?-]+$/i;

/** `DATABASE_PASSWORD`, `PASSWORD`: the name of a variable. */
const variable = /^[A-Z]+(?:_[A-Z0-9]+)+$|^[A-Z]{0,20}(?:PASS|PASSWORD|PASSWD|PWD|SECRET|TOKEN|KEY)$/;

/** Algorithms and formats whose names look like a password of a word and a number. */
const technical =
  /^(?:base(?:16|32|36|45|58|62|64|85)|sha-?\d|md[2456]|utf-?\d|aes-?\d|[hrep]s(?:256|384|512)|ed(?:25519|448)|x(?:25519|448|509)|p256|oauth\d|argon2|pbkdf2|bcrypt|scrypt|u?int\d|float\d|i18n|k8s|saml\d|fido\d|pkcs-?\d|ipv[46]|v\d|gpt)\d*[a-z]*\d{0,2}$/i;

/** The commonest pairs of letters in English words and in names of code: about four of five there, one of five in random text. */
const pairs = new Set(
  'th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev ld ry mp fe bl ab gh ty op wo sa ay ex ke oo ag if ap od sp do uc bu cr cl ck er ub ui tt ht pp qu ue'.split(
    ' ',
  ),
);

/** Which part of the pairs of letters is common, 0 to 1. */
function naturalness(letters: string): number {
  let common = 0;
  const lower = letters.toLowerCase();
  for (let at = 0; at + 1 < lower.length; at++) if (pairs.has(lower.slice(at, at + 2))) common++;
  return lower.length < 2 ? 1 : common / (lower.length - 1);
}

/** Whether letters and digits are mixed as nobody writes words and numbers, or the letters make no word. */
function isRandomRun(run: string): boolean {
  if (run.length < 8) return false;
  const letters = run.replace(/\d+/g, '');
  if (letters.length === 0 || (run.length < 16 && technical.test(run))) return false;
  // XMLHttpRequest has three pieces, of five letters on average. The shorter, the more chance there is in an average.
  const pieces = run.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g)?.length ?? 1;
  if (run.length / pieces < (run.length < 10 ? 2.01 : run.length < 12 ? 2.5 : 3)) return true;
  if (letters.length === run.length) return run.length >= 12 && naturalness(run) < 0.4;
  // Seven digits are no version and no port; eight may be a date.
  if (letters.length >= 3 && run.length >= 12 && /\d{7}/.test(run.replace(/(?:19|20)\d{6}/, ''))) return true;
  const changes = run.match(/[a-z](?=\d)|\d(?=[a-z])/gi)?.length ?? 0;
  return changes >= 3 || (letters.length >= 5 && naturalness(letters) < 0.4);
}

/** Whether some part of a value looks as if it was drawn by chance. */
export function isRandom(value: string): boolean {
  return (value.match(/[A-Za-z0-9]+/g) ?? []).some(isRandomRun);
}

/** Whether a value is only made of characters that hide one. */
export const isMask = (value: string): boolean => mask.test(value);

/** Whether a value stands for a secret and is none: `<password>`, `$PASSWORD`, `***`, `changeme`, `your-password-here`. */
export function isPlaceholder(value: string): boolean {
  if (value.length < 3 || isMask(value) || reference.test(value) || variable.test(value)) return true;
  if (/\d/.test(value)) return /^(?:0*123456\d*|(\d)\1*)$/.test(value);
  const words = value
    .replace(/([a-z])(?=[A-Z])/g, '$1 ')
    .toLowerCase()
    .match(/\p{L}+/gu);
  return (
    words?.some((word) => standIns.has(word)) === true &&
    words.every((word) => standIns.has(word) || companions.has(word))
  );
}

/** A path, an address, a piece of code: something that is named where a secret would stand. */
function isNamed(value: string): boolean {
  if (/^(?:\.{0,2}\/|~\/|[a-z]:[\\/]|@|[a-z][a-z0-9+.-]{1,20}:\/\/)/i.test(value)) return true;
  if (/^[\w.+-]+@[\w-]+\.[\w.-]+$|^0x[0-9a-f]{1,16}$/i.test(value)) return true;
  const [, name] = /^([a-z_$][\w$]*)(?:\(|\[|\.[a-z_$]|->|::|\?\.)/i.exec(value) ?? [];
  return name !== undefined && !isRandom(name);
}

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Whether this is the value of a token or key, where the text says that one stands. */
export function isToken(value: string): boolean {
  // What fails most often and soonest comes first: a hostile text asks for this some thousand times.
  return value.length >= 8 && (isRandom(value) || uuid.test(value)) && !isPlaceholder(value) && !isNamed(value);
}

/**
 * Whether this is a password, where the text says that one stands: people choose them, so that a word with a number is one.
 * @param exact whether the value has quotes or `=` about it, as a program reads it, rather than prose
 */
export function isPassword(value: string, exact: boolean): boolean {
  if (value.length < 6) return false;
  const random = isRandom(value);
  if (!random && (/\s/.test(value) || !/[\d!@#$%^&~+]/.test(value))) return false;
  if (isPlaceholder(value) || isNamed(value)) return false;
  if (random) return true;
  if (/^\d+$/.test(value)) return true;
  const letters = /[A-Za-z]/.test(value);
  if (/^[A-Za-z0-9]+$/.test(value)) return letters && isWordWithNumber(value);
  if (!exact) return false;
  if (value.split(/[-_.]/).some((part) => part.length >= 6 && isWordWithNumber(part))) return true;
  return letters && /[!@#$%^&~+]/.test(value) && !/[()[\]{}<>=|;\\]|&&|^v?\d+\./.test(value);
}

/** `hunter2`, `s3cret`; but `1Password` and `3rd` are words, `sha256` is an algorithm. */
const isWordWithNumber = (text: string): boolean =>
  /^[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*$/.test(text) &&
  /\d/.test(text) &&
  !/^\d+[A-Za-z]+$/.test(text) &&
  !technical.test(text);
