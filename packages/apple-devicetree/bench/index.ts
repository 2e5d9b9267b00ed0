import { type Bench, type BenchRow, compare, measure } from '../../../tooling/bench-report.js';
import { genuineTrees } from '../__tests__/trees.js';
import { type DeviceTree, decodeProperty, openTree } from '../src/index.js';
import { findPeer, runPeer } from './m1n1.js';

/** Calls before the clock starts: what is measured is the compiled code. */
const WARM = 200;
const RUNS = 50;

/** Every property of every node decoded to its typed value; gives how many there are. */
function typedWalk(tree: DeviceTree): number {
  let count = 0;
  for (const node of tree.nodes())
    for (const property of node.properties) {
      decodeProperty(node, property);
      count++;
    }
  return count;
}

const milliseconds = (run: () => unknown): number => {
  const start = performance.now();
  run();
  return performance.now() - start;
};

const bench: Bench = async ({ args }) => {
  const trees = [...genuineTrees()].sort((a, b) => b.bytes.length - a.bytes.length);
  const largest = trees[0];
  if (largest === undefined)
    return { rows: [], notes: ['There are no genuine trees beside the checkout: nothing was measured.'] };
  const notes = [
    `Largest tree: ${largest.name}, ${largest.bytes.length} bytes, ${typedWalk(openTree(largest.bytes))} properties.`,
  ];
  const edited = (): DeviceTree => {
    const tree = openTree(largest.bytes);
    for (const node of tree.nodes()) node.touch();
    return tree;
  };
  const touched = edited();
  const changed = openTree(largest.bytes);
  changed.node('/chosen').setU32('debug-enabled', 1);
  const ours = {
    open: () => openTree(largest.bytes),
    walk: () => typedWalk(openTree(largest.bytes)),
    serialise: () => changed.serialize(),
    rebuild: () => touched.serialize(),
  };
  for (const run of Object.values(ours)) for (let i = 0; i < WARM; i++) run();
  const convert = (seconds: number): number => seconds * 1000;
  const rows: BenchRow[] = [
    { name: 'open', unit: 'ms', ours: await measure(ours.open, { runs: RUNS, convert }) },
    { name: 'open and full typed walk', unit: 'ms', ours: await measure(ours.walk, { runs: RUNS, convert }) },
    { name: 'serialise after one edit', unit: 'ms', ours: await measure(ours.serialise, { runs: RUNS, convert }) },
    { name: 'serialise, every node rebuilt', unit: 'ms', ours: await measure(ours.rebuild, { runs: RUNS, convert }) },
  ];

  const peer = findPeer(args[0]);
  if (peer === undefined) {
    notes.push(
      'No peer: give the path of m1n1’s proxyclient folder, or set M1N1_PROXYCLIENT; python3 needs the module construct.',
    );
    return { rows, notes };
  }
  const against = async (
    name: string,
    bytes: Uint8Array,
    what: 'open' | 'typed' | 'build',
    run: () => unknown,
  ): Promise<void> => {
    const median = (): number => {
      const times = Array.from({ length: 9 }, () => milliseconds(run)).sort((a, b) => a - b);
      return times[4]!;
    };
    for (let i = 0; i < WARM; i++) run();
    rows.push(
      await compare(name, 'ms', 'lower', median, { name: 'm1n1 adt.py', run: () => runPeer(peer, bytes, what)! }),
    );
  };
  await against('open the largest', largest.bytes, 'open', ours.open);
  const typed = trees.find(({ bytes }) => runPeer(peer, bytes, 'build') !== undefined);
  if (typed === undefined) notes.push('adt.py fails on the types of every tree.');
  else {
    if (typed !== largest)
      notes.push(
        `adt.py fails on the types of the largest tree; the typed rows use ${typed.name}, ${typed.bytes.length} bytes.`,
      );
    const tree = openTree(typed.bytes);
    for (const node of tree.nodes()) node.touch();
    await against('open and full typed walk', typed.bytes, 'typed', () => typedWalk(openTree(typed.bytes)));
    await against('serialise, every node rebuilt', typed.bytes, 'build', () => tree.serialize());
  }
  return { rows, notes };
};

export default bench;
