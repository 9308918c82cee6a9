#!/usr/bin/env node
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

// dist/cli/main.js: runs the bundle beside it. Compiling that takes a third of the time that a short command takes beyond
// `node -e 0` (test/bench), so what V8 made of it is kept beside it. V8 refuses what another version of itself, or other
// flags, made of a text of another length; the build removes what belongs to another bundle. Node's own cache
// (module.enableCompileCache) came with Node 22.1.
//
// Node 20 lets no script that comes from such a cache import() anything (ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING): hence `loadServer`.

const bundle = join(__dirname, 'clambake.js');
const cache = join(__dirname, `clambake-${process.versions.v8}-${process.arch}.cache`);

function readCache(): Buffer | undefined {
  try {
    return readFileSync(cache);
  } catch {
    // None yet, or none to be had.
    return undefined;
  }
}

function keep(script: Script): void {
  const draft = `${cache}.${process.pid}`;
  try {
    writeFileSync(draft, script.createCachedData(), { flag: 'wx' });
    renameSync(draft, cache);
  } catch {
    // The folder may be another user's. Nothing but time depends on it.
  }
}

const cachedData = readCache();
// The build sees to it that there is nothing but ASCII.
const source = readFileSync(bundle, 'latin1');
const script = new Script(`(function(exports,require,module,loadServer){${source}\n})`, {
  filename: bundle,
  ...(cachedData && { cachedData }),
});
const program = { exports: {} as { asked: Promise<boolean> } };
script.runInThisContext()(program.exports, createRequire(bundle), program, () => import('../server/main.ts'));
if (cachedData === undefined || script.cachedDataRejected) {
  void program.exports.asked.then((asked) => {
    // Not before: of functions that have not been called nothing is kept.
    if (asked) keep(script);
  });
}
