/**
 * Characters that a terminal obeys or hides instead of showing: C0 and C1 controls, bidirectional controls, zero-width and
 * other format characters, line and paragraph separators, tag characters, lone surrogates, noncharacters and whatever else
 * Unicode says to ignore. `util.stripVTControlCharacters` leaves CR, BS, BEL and the bidirectional ones alone.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/gu;

/** Asks for the coloured form of the character before it, as in ⚠️: everyday text, and nothing can hide in it. */
const emojiPresentation = /(?<=\p{Extended_Pictographic}|[0-9#*])\uFE0F/uy;

/**
 * Makes text of somebody else safe to show: every hidden character appears as its number, like `\u{1b}`. Lines stay lines
 * (CR LF is one line's end) and tabs stay tabs.
 */
export function visible(text: string): string {
  return reveal(text.replaceAll('\r\n', '\n'), (character) => character === '\n' || character === '\t');
}

/** The same for what has to stay on one line, such as a subject: a line's end or a tab is made visible too. */
export function visibleLine(text: string): string {
  return reveal(text, () => false);
}

/** What the server says in several lines, as one sentence after the other: for a list with a line for each. */
export const inOneLine = (message: string): string => message.replaceAll('\n', ' ');

function reveal(text: string, keep: (character: string) => boolean): string {
  return text.replace(hidden, (character, index: number) => {
    if (keep(character)) return character;
    if (character === '\uFE0F') {
      emojiPresentation.lastIndex = index;
      if (emojiPresentation.test(text)) return character;
    }
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/**
 * Makes JSON safe to show, without changing what it says: hidden characters inside its strings become escapes.
 * @param json text from JSON.stringify, whose only control characters are its own line ends
 */
export function visibleJson(json: string): string {
  return json.replace(hidden, (character) =>
    character === '\n'
      ? character
      : Array.from(
          { length: character.length },
          (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
        ).join(''),
  );
}
