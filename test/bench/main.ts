import { parseArgs } from 'node:util';
import { hangUp } from '../faults/client.ts';
import { benches } from './all.ts';
import type { Result } from './bench.ts';
import { describeMachine } from './machine.ts';
import { keep, print } from './results.ts';

// `npm run bench` runs all, `npm run bench -- NAME…` some. What they found is kept in results.json and printed in the README, but for
// --dry-run and --only.
//   --memories N   how many `scale` generates
//   --keep FOLDER   where it keeps them, and finds them the next time
//   --seconds N    for how long `requests` asks for each thing
//   --profile FILE where the CPU profile of the server goes, for `requests`
//   --only TEXT    its cases whose name holds the text

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    memories: { type: 'string', default: '100000' },
    keep: { type: 'string' },
    only: { type: 'string' },
    profile: { type: 'string' },
    seconds: { type: 'string', default: '8' },
    'dry-run': { type: 'boolean', default: false },
  },
});
const memories = Number(values.memories);
if (!Number.isInteger(memories) || memories < 100 || memories > 5_000_000) {
  throw new Error(`--memories is "${values.memories}": give a whole number from 100 to 5000000.`);
}
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 1 || seconds > 600) {
  throw new Error(`--seconds is "${values.seconds}": give a whole number from 1 to 600.`);
}
const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name));
console.log('Benchmarks:');
for (const { name, about } of benches) console.log(`  ${name.padEnd(10)} ${about}`);
if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(', ')}.`);

const machine = await describeMachine();
const results: Result[] = [];
try {
  for (const bench of benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
    console.log(`\n${bench.name}`);
    results.push(await bench.run({ memories, keep: values.keep, only: values.only, seconds, profile: values.profile }));
  }
} finally {
  hangUp();
}
console.log(`\n${print(results.map((result) => ({ ...result, at: new Date().toISOString(), machine })))}`);
for (const { key, broken } of results) for (const what of broken) console.log(`NOT HELD  ${key}: ${what}`);
if (!values['dry-run'] && values.only === undefined) await keep(results, machine);
process.exitCode = results.some(({ broken }) => broken.length > 0) ? 1 : 0;
