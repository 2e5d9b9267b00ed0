// Writes docs/guide/img4-codes.md, the catalogue of four-character codes as a page. `--check` compares instead.
// Run: npx tsx packages/img4/scripts/catalogue.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CATALOGUE, type CatalogueEntry } from '../src/index.js';

const TITLES: readonly (readonly [CatalogueEntry['place'], string])[] = [
  ['component', 'Components'],
  ['section', 'Sections'],
  ['manifest', 'Properties of a manifest'],
  ['object', 'Properties of a component in a manifest'],
  ['restore', 'Properties of an IM4R'],
  ['payload', 'Properties of a payload'],
  ['certificate', 'Properties of a certificate'],
];

function table(place: CatalogueEntry['place']): string[] {
  const rows = CATALOGUE.filter(entry => entry.place === place).map(entry => [
    `\`${entry.code}\``,
    place === 'component' ? (entry.manifestKey ?? '') : (entry.type ?? ''),
    entry.meaning,
    entry.source,
  ]);
  const all = [['code', place === 'component' ? 'key in a BuildManifest' : 'type', 'meaning', 'source'], ...rows];
  const widths = all[0]!.map((_, i) => Math.max(...all.map(row => row[i]!.length)));
  const line = (cells: string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(all[0]!), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)];
}

/** The text of the page. */
export function page(): string {
  const sections = TITLES.filter(([place]) => CATALOGUE.some(entry => entry.place === place));
  return [
    '# Four-character codes of IMG4',
    '',
    'What the package knows by name (`CATALOGUE`). The source says where a code was met: `image`, a genuine image of that',
    "type; `ticket`, a genuine manifest; `manifest`, a genuine BuildManifest; `certificate`, a genuine certificate's",
    "constraints; `idevicerestore`, that tool's table of components; `tools`, constants that several open tools agree on.",
    'Meanings are those that the names and the users of a code suggest; Apple documents few of them.',
    ...sections.flatMap(([place, title]) => ['', `## ${title}`, '', ...table(place)]),
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = new URL('../../../docs/guide/img4-codes.md', import.meta.url);
  if (!process.argv.includes('--check')) writeFileSync(target, page());
  else if (readFileSync(target, 'utf8') !== page()) {
    console.error('out of date: docs/guide/img4-codes.md');
    process.exitCode = 1;
  }
}
