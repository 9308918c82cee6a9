import { styleText } from 'node:util';

/** How a kind of text looks on a terminal. */
const styles = {
  heading: ['bold'],
  name: ['cyan'],
  quiet: ['dim'],
  info: ['blue'],
  warning: ['yellow'],
  blocker: ['bold', 'red'],
  request: ['magenta'],
  done: ['green'],
} as const;

export type Style = keyof typeof styles;

/** Gives a text its colour, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;
export const coloured: Paint = (style, text) => styleText([...styles[style]], text);

/** Colour only on a terminal, and not where `NO_COLOR` is set to anything (no-color.org). */
export function paintFor(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv = process.env): Paint {
  return stream.isTTY === true && !environment.NO_COLOR ? coloured : plain;
}
