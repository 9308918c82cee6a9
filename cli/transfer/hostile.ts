import { CliError, ExitCode } from '../exit.ts';

/** Bytes of Markdown that is taken. */
export const longestMarkdown = 1024 * 1024;

/** What a file has that somebody wrote. Of some of these the parser's time grows with the square, and deep nesting ends its stack. */
const most = {
  lines: 20_000,
  /** No memory holds more. */
  line: 65_536,
  /** Marks of quotes and lists at the beginning of one line. */
  depth: 50,
  /** Lines that begin with a mark. */
  marked: 10_000,
  /** Lines such as `===` and `---`, each of which may make the line above a heading. */
  underlines: 1000,
};

/** @throws CliError where Markdown is longer or more entangled than what anybody writes, with the line and the limit */
export function refuseHostile(source: string): void {
  const lines = source.split('\n');
  const check = (what: string, count: number, limit: number): void => {
    if (count <= limit) return;
    throw new CliError(
      ExitCode.failed,
      'BAD_FILE',
      `${what} ${count}: Markdown is taken with at most ${limit}. Part the file, or leave it out.`,
    );
  };
  check('The bytes of the file are', Buffer.byteLength(source), longestMarkdown);
  check('The lines of the file are', lines.length, most.lines);
  let marked = 0;
  let underlines = 0;
  for (const [index, line] of lines.entries()) {
    check(`The characters of line ${index + 1} are`, line.length, most.line);
    const [beginning = ''] = /^(?:[ \t]|>|[*+_-](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$))*/.exec(line) ?? [];
    const marks = beginning.replace(/\d+/g, '').replace(/[ \t]/g, '').length;
    check(`The marks of quotes and lists that line ${index + 1} begins with are`, marks, most.depth);
    if (marks > 0 || /^[ \t]*#/.test(line)) marked += 1;
    if (/^[ \t]*(?:=+|-+)[ \t]*$/.test(line)) underlines += 1;
  }
  check('The lines that are headings, quotes or items of lists are', marked, most.marked);
  check('The lines of = or - alone are', underlines, most.underlines);
}
