import { parseArgs } from 'node:util';
import { hangUp } from '../faults/client.ts';
import { benches } from './all.ts';
import type { Options, Result } from './bench.ts';
import { describeMachine } from './machine.ts';
import { keep, print } from './results.ts';

// `npm run bench` runs all, `npm run bench -- NAME…` some. What they found is kept in results.json and printed in the README, but for
// --dry-run and --only.
//   --memories N   how many `scale` generates
//   --keep FOLDER   where it keeps them, and finds them the next time
//   --seconds N    for how long `requests` asks for each thing
//   --profile FILE where the CPU profile of the server goes, for `requests`
//   --messages N   how many expired messages `backlog` generates
//   --minutes N    for how long `resident` keeps the server busy
//   --only TEXT    its cases or parts whose name holds the text

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    memories: { type: 'string', default: '100000' },
    keep: { type: 'string' },
    only: { type: 'string' },
    profile: { type: 'string' },
    seconds: { type: 'string', default: '8' },
    messages: { type: 'string', default: '1000000' },
    minutes: { type: 'string', default: '10' },
    'dry-run': { type: 'boolean', default: false },
  },
});
/** @throws Error where an option is no whole number, or none from the least to the most */
function count(name: 'memories' | 'seconds' | 'messages' | 'minutes', least: number, most: number): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`--${name} is "${values[name]}": give a whole number from ${least} to ${most}.`);
}

const options: Options = {
  memories: count('memories', 100, 5_000_000),
  keep: values.keep,
  only: values.only,
  seconds: count('seconds', 1, 600),
  profile: values.profile,
  messages: count('messages', 100, 10_000_000),
  minutes: count('minutes', 1, 600),
};
const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name));
console.log('Benchmarks:');
for (const { name, about } of benches) console.log(`  ${name.padEnd(10)} ${about}`);
if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(', ')}.`);

const machine = await describeMachine();
const results: Result[] = [];
try {
  for (const bench of benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
    console.log(`\n${bench.name}`);
    results.push(await bench.run(options));
  }
} finally {
  hangUp();
}
console.log(`\n${print(results.map((result) => ({ ...result, at: new Date().toISOString(), machine })))}`);
for (const { key, broken } of results) for (const what of broken) console.log(`NOT HELD  ${key}: ${what}`);
if (!values['dry-run'] && values.only === undefined) await keep(results, machine);
process.exitCode = results.some(({ broken }) => broken.length > 0) ? 1 : 0;
