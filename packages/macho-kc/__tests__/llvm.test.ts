import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  commandName,
  functionStarts,
  MachO,
  readChainedFixups,
  readExports,
  readSymbols,
  uuidText,
} from '../src/index.js';
import { fixture, haveTool, machOFiles, run, thinFiles } from './support.js';

const require = createRequire(import.meta.url);
const fromPackage = (name: string, file: string) =>
  new Uint8Array(readFileSync(join(dirname(require.resolve(`${name}/package.json`)), file)));

/** Every genuine file, slice by slice, and the Mach-O files of npm packages. */
const files = [
  ...machOFiles().map(path => ({ path, bytes: fixture(path) })),
  { path: 'fsevents', bytes: fromPackage('fsevents', 'fsevents.node') },
  { path: '@esbuild/darwin-arm64', bytes: fromPackage('@esbuild/darwin-arm64', 'bin/esbuild') },
].flatMap(({ path, bytes }) =>
  thinFiles(bytes).map(thin => ({
    name: `${path} ${thin.architecture}`,
    bytes: thin.bytes,
    macho: new MachO(thin.bytes),
  })),
);

const number = (text: string) => (text.startsWith('0x') ? BigInt(text) : BigInt(Number(text)));

/** Load commands as `llvm-objdump --private-headers` prints them: fields by name, sections apart. */
function parseHeaders(text: string) {
  const commands: { fields: Map<string, string>; sections: Map<string, string>[] }[] = [];
  let current: Map<string, string> | undefined;
  for (const line of text.split('\n')) {
    if (/^Load command \d+/.test(line)) {
      commands.push({ fields: (current = new Map()), sections: [] });
      continue;
    }
    if (/^Section$/.test(line)) {
      commands.at(-1)!.sections.push((current = new Map()));
      continue;
    }
    const match =
      /^\s*(cmd|cmdsize|segname|sectname|vmaddr|vmsize|fileoff|filesize|nsects|addr|size|offset|align|reloff|nreloc|reserved1|reserved2|symoff|nsyms|stroff|strsize|dataoff|datasize|uuid|ilocalsym|nlocalsym|iextdefsym|nextdefsym|iundefsym|nundefsym|indirectsymoff|nindirectsyms|locreloff|nlocrel|extreloff|nextrel|entryoff|export_off|export_size|bind_off|rebase_off|name|version|pc)\s+(\S+)/.exec(
        line,
      );
    if (match !== null && current !== undefined && !current.has(match[1]!)) current.set(match[1]!, match[2]!);
  }
  return commands;
}

describe.skipIf(!haveTool('llvm-objdump-19') || !haveTool('llvm-nm-19'))('equal to llvm', () => {
  it.each(files)('$name: byte-exact, headers, segments, sections', ({ bytes, macho }) => {
    expect(Buffer.from(macho.encode()).equals(bytes)).toBe(true);
    const theirs = parseHeaders(run('llvm-objdump-19', ['--macho', '--private-headers', '-'], bytes));
    expect(theirs.length).toBe(macho.commands.length);
    macho.commands.forEach((command, i) => {
      const { fields, sections } = theirs[i]!;
      const name = fields.get('cmd')!;
      const ours = command.name ?? commandName(command.cmd);
      // llvm does not know fileset entries by name, nor chained fixups of some files.
      expect(name.startsWith('?') ? BigInt(/0x[0-9a-f]+/.exec(name)![0]) : name).toBe(
        name.startsWith('?') ? BigInt(command.name === 'LC_FILESET_ENTRY' ? 0x80000035 : 0) : ours,
      );
      if (command.name === undefined) return;
      const own = command.fields as unknown as Record<string, unknown>;
      for (const [key, text] of fields) {
        const value = own[key];
        if (key === 'uuid') expect(text).toBe(uuidText(value as Uint8Array));
        else if ((typeof value === 'number' || typeof value === 'bigint') && /^(0x[0-9a-f]+|\d+)$/.test(text))
          expect([key, BigInt(value)]).toEqual([key, number(text)]);
      }
      if (command.name !== 'LC_SEGMENT_64' && command.name !== 'LC_SEGMENT') return;
      const segment = macho.segments.find(s => s.command === command)!;
      expect(segment.name).toBe(fields.get('segname') ?? '');
      expect(
        segment.sections.map(s => [
          s.segmentName,
          s.name,
          s.address,
          s.size,
          s.offset,
          2 ** s.align,
          s.relocationOffset,
          s.relocationCount,
          s.reserved1,
          s.reserved2,
        ]),
      ).toEqual(
        sections.map(s => [
          s.get('segname'),
          s.get('sectname'),
          ...['addr', 'size'].map(k => number(s.get(k)!)),
          Number(s.get('offset')),
          Number(s.get('align')!.split('^')[1]) === undefined ? 0 : 2 ** Number(s.get('align')!.split('^')[1]),
          ...['reloff', 'nreloc', 'reserved1', 'reserved2'].map(k => Number(s.get(k))),
        ]),
      );
    });
  });

  it.each(files)('$name: symbols', ({ bytes, macho }) => {
    const text = run('llvm-nm-19', ['--no-sort', '-'], bytes);
    const theirs: string[] = [];
    for (const line of text.split('\n')) {
      const match = /^([0-9a-f]{8,16}|\s{8,16}) ([A-Za-z-]) (.*?)(?: \(indirect for .*\))?$/.exec(line);
      if (match !== null) theirs.push(`${match[1]!.trim() === '' ? '' : BigInt(`0x${match[1]}`)} ${match[3]}`);
    }
    const images =
      macho.filesetEntries.length === 0
        ? [macho]
        : macho.filesetEntries.map(e => new MachO(bytes, { headerOffset: e.fileoff }));
    const ours = images.flatMap(image =>
      [...readSymbols(image)]
        .filter(s => (s.type & 0xe0) === 0)
        .map(s => `${(s.type & 0x0e) === 0 && s.value === 0n ? '' : s.value} ${s.name}`),
    );
    expect(ours.sort()).toEqual(theirs.sort());
  });

  it('exports and function starts', () => {
    let exports = 0;
    let starts = 0;
    for (const { bytes, macho, name } of files) {
      if (macho.fileType === 'MH_FILESET') continue;
      const ours = readExports(macho).filter(e => e.reexport === undefined);
      exports += ours.length;
      if (ours.length > 0) {
        const text = run('llvm-objdump-19', ['--macho', '--exports-trie', '-'], bytes);
        const theirs = [...text.matchAll(/^0x([0-9A-Fa-f]+) {2}(\S+)/gm)].map(m => [m[2], BigInt(`0x${m[1]}`)]);
        const absolute = (e: (typeof ours)[0]) => (e.flags & 3) === 2;
        expect([name, ours.map(e => [e.name, absolute(e) ? e.offset : macho.baseAddress + e.offset]).sort()]).toEqual([
          name,
          theirs.sort(),
        ]);
      }
      if (macho.command('LC_FUNCTION_STARTS') === undefined) continue;
      const text = run('llvm-objdump-19', ['--macho', '--function-starts', '-'], bytes);
      const theirs = [...text.matchAll(/^([0-9a-f]{8,16})$/gm)].map(m => BigInt(`0x${m[1]}`));
      starts += theirs.length;
      expect([name, functionStarts(macho)]).toEqual([name, theirs]);
    }
    expect(exports).toBeGreaterThan(50);
    expect(starts).toBeGreaterThan(500);
  });

  it('headers, starts and imports of chained fixups', () => {
    const formats = new Set<number>();
    for (const { bytes, macho, name } of files) {
      const fixups = readChainedFixups(macho);
      if (fixups === undefined) continue;
      const text = run('llvm-objdump-19', ['--macho', '--chained-fixups', '-'], bytes);
      const value = (key: string) => Number(new RegExp(`^\\s*${key}\\s*=\\s*(\\S+)`, 'm').exec(text)?.[1]);
      const { header } = fixups;
      expect([
        name,
        header.fixups_version,
        header.starts_offset,
        header.imports_offset,
        header.symbols_offset,
        header.imports_count,
        header.imports_format,
        header.symbols_format,
      ]).toEqual([
        name,
        ...[
          'fixups_version',
          'starts_offset',
          'imports_offset',
          'symbols_offset',
          'imports_count',
          'imports_format',
          'symbols_format',
        ].map(value),
      ]);
      expect(fixups.segmentInfoOffsets).toEqual(
        [...text.matchAll(/seg_offset\[\d+\] = (\d+)/g)].map(m => Number(m[1])),
      );
      const blocks = text.split(/^chained starts in segment /m).slice(1);
      expect(fixups.starts.length).toBe(blocks.length);
      fixups.starts.forEach((starts, i) => {
        formats.add(starts.format.id);
        const block = blocks[i]!;
        const field = (key: string) => Number(new RegExp(`\\b${key} = (\\S+)`).exec(block)?.[1]);
        expect([
          starts.segmentIndex,
          starts.pageSize,
          starts.format.id,
          Number(starts.segmentOffset),
          starts.maxValidPointer,
          starts.pageCount,
        ]).toEqual([
          Number(/^(\d+)/.exec(block)![1]),
          field('page_size'),
          field('pointer_format'),
          field('segment_offset'),
          field('max_valid_pointer'),
          field('page_count'),
        ]);
        expect(block).toContain(starts.format.name);
        expect(starts.pageStarts.slice(0, starts.pageCount)).toEqual(
          [...block.matchAll(/page_start\[\d+\] = (\d+)/g)].map(m => Number(m[1])),
        );
      });
      const imports = [
        ...text.matchAll(/lib_ordinal = (-?\d+).*\n\s*weak_import = (\d)\n\s*name_offset = \d+ \((.*)\)/g),
      ];
      expect(fixups.imports.map(x => [x.libraryOrdinal, x.weak, x.name])).toEqual(
        imports.map(m => [Number(m[1]), m[2] === '1', m[3]]),
      );
    }
    expect([...formats].sort((a, b) => a - b)).toEqual(expect.arrayContaining([6, 7, 8]));
  });
});
