import { chmodSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

// Bundles dist/cli/main.js and dist/server/main.js. One call with splitting, so that `clambake serve` loads the same
// dist/server/main.js that stands by itself, and every import() of the command line stays a file that is loaded late.

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const cli = join(root, 'cli') + sep;
const modules = `${sep}node_modules${sep}`;

/**
 * Packages of the command line become part of it: one file loads faster than a hundred. The server keeps its packages
 * outside, where they find their own files. `ws` stays outside for both: it looks for optional native parts.
 */
const packages: Plugin = {
  name: 'packages',
  setup({ onResolve, onLoad }) {
    // commander is CommonJS, and a module has no `require` for what is built into Node: it gets that by import.
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'require-call' ? { path, namespace: 'required' } : { path, external: true },
    );
    onLoad({ filter: /^/, namespace: 'required' }, ({ path }) => ({
      contents:
        // commander can start programs as commands, and ours are none. Loading this takes 7 ms where a start takes 190.
        path === 'node:child_process'
          ? 'module.exports = {};'
          : `import builtin from '${path}'; module.exports = builtin;`,
    }));
    onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point') return undefined;
      const bundled = (importer.startsWith(cli) || importer.includes(modules)) && path !== 'ws';
      return bundled ? undefined : { path, external: true };
    });
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

rmSync(dist, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['cli/main.ts', 'server/main.ts'],
  outdir: dist,
  outbase: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // graphql's modules rather than its CommonJS: of those only what is used is taken.
  mainFields: ['module', 'main'],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  chunkNames: 'chunks/[name]-[hash]',
  plugins: [packages, headers],
  logLevel: 'warning',
});
// npm does so for what it links; a clone that is built has nobody else to do it.
chmodSync(join(dist, 'cli', 'main.js'), 0o755);
