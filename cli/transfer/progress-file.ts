import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeHome } from '../../server/home.ts';
import { parseObject } from '../reach/running.ts';
import type { Numbers } from './totals.ts';

/** How far an import has come. */
export interface Progress {
  /** Where the last records begin that the server has taken: bytes, and the number of the line before. */
  offset: number;
  number: number;
  /** Lines of these records that were refused or in conflict: whether they are there says nothing. */
  refused: number[];
  /** What became of everything up to the end of these records. */
  numbers: Numbers;
}

/** Keeps how far the import of one file into one server has come, in this home. */
export class ProgressFile {
  readonly #home: string;
  readonly #path: string;

  /**
   * @param hash of all of the file
   * @param url of the server
   * @param allowSecret whether secrets are allowed: what was refused without is taken with it
   */
  constructor(home: string, hash: string, url: string, allowSecret: boolean) {
    this.#home = home;
    const key = createHash('sha256')
      .update(`${url}\n${hash}${allowSecret ? '\nallow-secret' : ''}`)
      .digest('hex')
      .slice(0, 32);
    this.#path = join(home, 'imports', `${key}.json`);
  }

  /** @returns undefined where none was interrupted */
  read(): Progress | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const value = parseObject(text);
    const { offset, number, refused, numbers } = value ?? {};
    const isCount = (found: unknown): found is number => Number.isSafeInteger(found) && Number(found) >= 0;
    // An import may come twice: without a place to go on from it begins anew.
    if (!isCount(offset) || !isCount(number) || typeof numbers !== 'object' || numbers === null) return undefined;
    if (!Array.isArray(refused) || !refused.every(isCount)) return undefined;
    return { offset, number, refused, numbers: numbers as Numbers };
  }

  /** After a crash the file holds this or what was kept before. */
  keep(progress: Progress): void {
    const draft = `${this.#path}.${process.pid}.${randomBytes(4).toString('hex')}`;
    makeHome(this.#home);
    mkdirSync(dirname(this.#path), { recursive: true });
    try {
      writeFileSync(draft, JSON.stringify(progress), { flag: 'wx' });
      renameSync(draft, this.#path);
    } finally {
      rmSync(draft, { force: true });
    }
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}
