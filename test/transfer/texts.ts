import fc from 'fast-check';

const nasty = [
  '# A heading',
  '### Another title',
  '```js\nlet a = 1;\n```',
  '~~~',
  '---\ntitle: x\n---',
  '-->',
  '<!-- clambake:memory {"uid":"x"} -->',
  '<!-- clambake:export 1 -->',
  '<script>alert(1)</script>',
  '> quoted\n> twice',
  '>',
  '\r\n',
  '\r',
  'a\r\nb',
  '\n\n\n',
  '  indented',
  'ends with spaces  ',
  '\ttab',
  '👩‍💻 emoji',
  '\u202eright to left\u202c',
  '\u200b',
  '\ufeff',
  '\u2028line\u2029',
  '\u0001\u001b[31m',
  'שלום',
  '日本語',
  '"quotes" \\ \\u0041',
  '`code` ``',
  '{"record":"memory"}',
];

const piece = fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary', maxLength: 20 }));
const storable = (text: string): boolean => !text.includes('\0') && text.isWellFormed() && text.trim() !== '';

/** Texts of more than one line, as hostile as a server takes them. */
export const content = fc
  .array(piece, { minLength: 1, maxLength: 6 })
  .map((pieces) => pieces.join('\n'))
  .filter(storable);

/** The same in one line, short enough for a title. */
export const line = fc
  .array(piece, { minLength: 1, maxLength: 3 })
  .map((pieces) =>
    pieces
      .join(' ')
      .replace(/[\r\n\0]+/g, ' ')
      .slice(0, 60)
      .toWellFormed()
      .trim(),
  )
  .filter(storable);

export const tags = fc.uniqueArray(line.map((text) => text.slice(0, 20).toWellFormed().trim()).filter(storable), {
  maxLength: 4,
});
