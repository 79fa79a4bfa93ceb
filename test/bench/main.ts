import { parseArgs } from 'node:util';
import { Bench } from './bench.js';
import { benchCases, type CaseSizes, FULL, objectCases, QUICK } from './cases.js';
import { ObjectBench } from './object-bench.js';
import { printCase } from './report.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    entries: { type: 'string' },
    files: { type: 'string' },
    mib: { type: 'string' },
    rewrites: { type: 'string' },
    profiles: { type: 'string' },
    peers: { type: 'string', default: 'rsync over ssh,rsync local,cp -a,btrfs send | receive' },
  },
});
const sizes = values.full ? FULL : QUICK;
const chosen: CaseSizes = {
  ...sizes,
  entries: Number(values.entries ?? sizes.entries),
  smallFiles: Number(values.files ?? sizes.smallFiles),
  largeMiB: Number(values.mib ?? sizes.largeMiB),
  rewrites: Number(values.rewrites ?? sizes.rewrites),
};
const cases = benchCases(chosen);
const objects = objectCases(chosen);
// What is mounted and started goes when the process exits.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const all = [...Object.keys(cases), ...Object.keys(objects)];
const wanted = (positionals.length > 0 ? positionals : all).flatMap((name) =>
  name === 'object' ? Object.keys(objects) : [name],
);
for (const name of wanted) {
  const object = objects[name];
  if (object !== undefined) {
    using bench = new ObjectBench({ rounds: Number(values.rounds), sizeMiB: object.sizeMiB });
    for (const text of await bench.run(object)) process.stdout.write(`${text}\n`);
    continue;
  }
  const found = cases[name];
  if (found === undefined) {
    throw new Error(`there is no case ${name}; choose from object, ${all.join(', ')}`);
  }
  await using bench = await Bench.open(found, {
    rounds: Number(values.rounds),
    profiles: values.profiles ?? null,
    peers: values.peers.split(','),
  });
  for (const result of await bench.run()) process.stdout.write(`${printCase(result)}\n`);
}
