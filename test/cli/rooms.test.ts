import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../cli', import.meta.url));

/** A folder of `cli/` imports those before it in this order, and never one behind it. */
const order = [
  'line',
  'generated',
  'output',
  'client',
  'reach',
  'identity',
  'follow',
  'during',
  'git',
  'transfer',
  'hook',
  'mcp',
  'setup',
  'doctor',
  'protocol',
  'commands',
];
/** What every folder may import from `cli/` itself. */
const foundations = ['deadline.ts', 'exit.ts', 'signals.ts'];

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => path.split(sep).join('/'));

test.each(files.filter((path) => path.includes('/')))('%s imports one way', (path) => {
  const [room = ''] = path.split('/');
  const text = readFileSync(join(root, path), 'utf8');
  const imported = [...text.matchAll(/(?:from |import\()'(\.{1,2}\/[^']+)'/g)]
    .map(([, target = '']) =>
      relative(root, join(root, dirname(path), target))
        .split(sep)
        .join('/'),
    )
    .filter((target) => !target.startsWith('../'));
  const allowed = room === 'compile' ? ['line', 'compile'] : order.slice(0, order.indexOf(room) + 1);
  expect(allowed).not.toEqual([]);
  for (const target of imported) expect(target.includes('/') ? allowed : foundations).toContain(target.split('/')[0]);
});
