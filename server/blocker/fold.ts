/** Bytes of the longest name of a resource. */
export const longestName = 1024;

/** Most folders and names on the way to a file. */
export const deepest = 64;

/** What no name of a resource may hold: nobody could tell such names apart by looking at them. */
export const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

/**
 * One part of a resource's name as it is compared (the rule: `parseResource`). By itself, without anything of GraphQL, so that the
 * command line has the same rule. By upper case first: some letters have two lower cases (σ and ς, s and ſ).
 */
export function fold(part: string): string {
  const seen = isAscii(part) ? part : part.replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  let end = seen.length;
  while (end > 1 && seen[end - 1] === '.') end -= 1;
  const name = end === 1 && seen[0] === '.' ? seen : seen.slice(0, end);
  return isAscii(name) ? name.toLowerCase() : name.toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}
