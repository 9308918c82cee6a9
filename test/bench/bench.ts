import type { Machine } from './machine.ts';

/** What the command line says. */
export interface Options {
  /** How many memories `scale` generates. */
  memories: number;
  /** Where `scale` keeps its database, and finds it the next time. */
  keep: string | undefined;
  /** Cases of `scale` and `requests`, and parts of the others, whose name holds this; all of them where it is not given. */
  only: string | undefined;
  /** Seconds for which `requests` asks for each thing. */
  seconds: number;
  /** A file that the server's CPU profile is written to; `requests` alone. */
  profile: string | undefined;
  /** How many expired messages `backlog` generates. */
  messages: number;
  /** Minutes for which `resident` keeps the server busy. */
  minutes: number;
}

/** Figures under a heading; the first column holds names, the others numbers. */
export interface Figures {
  title: string;
  heading: string[];
  rows: string[][];
  /** What has to be known to read them. */
  notes: string[];
}

/** What one benchmark found. */
export interface Result {
  /** What it is kept under: the same again replaces it. */
  key: string;
  figures: Figures[];
  /** The same figures and more, for programs. */
  data: unknown;
  /** Promises that did not hold. */
  broken: string[];
}

/** A result with where and when it was taken. */
export interface Taken extends Result {
  at: string;
  machine: Machine;
}

/** A benchmark. */
export interface Bench {
  name: string;
  /** What it measures, and how long that takes, in a line. */
  about: string;
  run(options: Options): Promise<Result>;
}
