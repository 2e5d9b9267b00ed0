// npm run bench -- PACKAGE [--json]: runs packages/PACKAGE/bench/index.ts and prints its figures.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Bench, machine, type Sample } from './bench-report.js';

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
  strict: false,
});
const [name, ...args] = positionals;
const file = new URL(`../packages/${name}/bench/index.ts`, import.meta.url);
if (name === undefined || !/^[a-z0-9-]+$/.test(name) || !existsSync(fileURLToPath(file))) {
  console.error(
    'usage: npm run bench -- PACKAGE [--json]    (img4, apple-devicetree, macho-kc, arm64-emu, boot-recipes)',
  );
  process.exit(2);
}
const { default: bench } = (await import(file.href)) as { default: Bench };
const json = values.json === true;
const report = await bench({ json, args });

const figure = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const range = ({ median, min, max }: Sample) => `${figure(median)} (${figure(min)}-${figure(max)})`;
if (json) console.log(JSON.stringify({ package: name, machine: machine(), ...report }, null, 2));
else {
  const rows = report.rows.map(row => [
    row.name,
    row.unit,
    range(row.ours),
    row.peer ? `${row.peer.name} ${range(row.peer.sample)}` : '',
    row.ratio === undefined ? '' : `${row.ratio.toFixed(2)}x`,
  ]);
  const table = [['measured', 'unit', 'ours: median (min-max)', 'peer', 'ratio'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map(row => row[column]!.length)));
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
  const { cpu, cores, node } = machine();
  console.log(`\n${cpu}, ${cores} cores, Node ${node}`);
  for (const note of report.notes) console.log(note);
}
