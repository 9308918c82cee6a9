import { pick, type Random, seeded } from '../random.ts';

/** Words that carry no meaning, the most frequent of any text. */
export const stopWords: readonly string[] = (
  'the of and to a in is it that for on was with as be by this are at from or an not have has which but when if then so we you can will ' +
  'do does did after before into out up no only all there their its more than other while because how what who where been being were'
).split(' ');

/** Words that every project uses. */
const commonWords: readonly string[] = (
  'server test error file build run service database request config user port time data start code container branch value key command ' +
  'table query index memory cache token client response version release deploy script module worker queue job log message session ' +
  'connection timeout retry default path folder image volume network proxy header body field type string number array object list map ' +
  'function class method call return check validate parse import export load save update delete insert select commit merge rebase push ' +
  'pull review pipeline stage job step runner artifact package dependency install upgrade migrate migration schema column row constraint ' +
  'transaction lock deadlock pool thread process signal restart crash leak buffer stream socket event listener handler callback promise ' +
  'async stack trace debug release flag feature rollout rollback backup restore snapshot replica primary secondary cluster node pod ' +
  'secret password certificate credential permission role policy account email mailbox attachment folder invoice payment webhook endpoint ' +
  'route controller model view template component style layout render page form button link search filter sort limit offset cursor page ' +
  'docker postgres redis nginx node python typescript react kubernetes terraform ansible linux windows macos git github npm pip cargo'
).split(' ');

const openings =
  'b bl br c ch cl cr d dr f fl fr g gl gr h j k kl kr l m n p pl pr qu r s sc sh sl sm sn sp st str t th tr v w z'.split(
    ' ',
  );
const vowels = 'a e i o u ai ea ee io oa ou'.split(' ');
const endings = ' b ck d f g l ll m n nd ng nt p r rd rk rn s sh st t th x'.split(' ');

function madeUp(random: Random): string {
  const syllables = random() < 0.35 ? 1 : random() < 0.75 ? 2 : 3;
  let word = '';
  for (let n = 0; n < syllables; n += 1) word += pick(random, openings) + pick(random, vowels);
  return word + pick(random, endings);
}

/**
 * A vocabulary in the order of how often its words occur: stop words, words of the trade, and made up ones that can be said,
 * many in several forms (`-s`, `-ed`, `-ing`), as in a language.
 */
export function vocabulary(size: number): string[] {
  const random = seeded(size);
  const words = new Set([...stopWords, ...commonWords]);
  while (words.size < size) {
    const root = madeUp(random);
    if (root.length < 4) continue;
    words.add(root);
    for (const ending of ['s', 'ed', 'ing']) if (random() < 0.3 && words.size < size) words.add(root + ending);
  }
  return [...words];
}
