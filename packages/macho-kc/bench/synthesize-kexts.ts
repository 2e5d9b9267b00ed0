import {
  type ChainSlot,
  encodeChainedFixups,
  FILE_TYPES,
  type KextInput,
  type LoadCommand,
  makeCommand,
  type PlistValue,
  pointerFormat,
  SymbolWriter,
} from '../src/index.js';
import { armThreadState } from '../src/macho/info.js';
import { makeDysymtab } from '../src/macho/load-commands.js';
import { type NewSegment, writeMachO } from '../src/macho/writer.js';

const PAGE = 0x4000;
const KERNEL_BASE = 0xfffffe0007004000n;

interface Symbols {
  readonly exports: readonly [name: string, address: bigint, section: number][];
  readonly imports: readonly string[];
}

/** An arm64e image with chained fixups of its own, symbols, and split-segment info without references. */
function image(
  filetype: number,
  base: bigint,
  code: Uint8Array,
  data: Uint8Array,
  slots: readonly ChainSlot[],
  symbols: Symbols,
  more: readonly LoadCommand[],
): Uint8Array {
  const at = (n: number) => base + BigInt(n);
  const dataAt = PAGE + code.length;
  const segment = (name: string, offset: number, bytes: Uint8Array, prot: number, section?: string): NewSegment => ({
    name,
    vmaddr: at(offset),
    vmsize: BigInt(bytes.length),
    bytes,
    maxprot: prot,
    initprot: prot,
    sections:
      section === undefined
        ? []
        : [
            {
              name: section,
              address: at(offset),
              size: BigInt(bytes.length),
              align: 3,
              flags: section === '__text' ? 0x80000400 : 0,
            },
          ],
  });
  const none = { bytes: data, offset: 0n, slots: [] };
  const blob = encodeChainedFixups({
    format: pointerFormat(7)!,
    pageSize: 0x1000,
    segments: [none, none, { bytes: data, offset: BigInt(dataAt), slots }, none],
    imports: symbols.imports.map(name => ({ name, libraryOrdinal: -2, weak: false, addend: 0n })),
  });
  const writer = new SymbolWriter();
  for (const [name, address, section] of symbols.exports)
    writer.add({ name, value: address, type: 0x0f, section, description: 0 });
  for (const name of symbols.imports) writer.add({ name, value: 0n, type: 1, section: 0, description: 0 });
  const { entries, strings } = writer.build();
  const fixups = makeCommand('LC_DYLD_CHAINED_FIXUPS', { dataoff: 0, datasize: blob.length });
  const split = makeCommand('LC_SEGMENT_SPLIT_INFO', { dataoff: 0, datasize: 8 });
  const symtab = makeCommand('LC_SYMTAB', { symoff: 0, nsyms: writer.length, stroff: 0, strsize: strings.length });
  const [nextdefsym, nundefsym] = [symbols.exports.length, symbols.imports.length];
  const dysymtab = makeDysymtab({ nextdefsym, iundefsym: nextdefsym, nundefsym });
  return writeMachO({
    cputype: 0x0100000c,
    cpusubtype: 0xc0000002,
    filetype,
    flags: 0x1,
    segments: [
      segment('__TEXT', 0, new Uint8Array(PAGE), filetype === FILE_TYPES.MH_EXECUTE ? 5 : 1),
      segment('__TEXT_EXEC', PAGE, code, 5, '__text'),
      segment('__DATA', dataAt, data, 3, '__data'),
    ],
    commands: [fixups, symtab, dysymtab, makeCommand('LC_UUID', { uuid: new Uint8Array(16).fill(9) }), ...more, split],
    linkedit: [
      { bytes: blob, placed: offset => void (fixups.fields.dataoff = offset) },
      { bytes: Uint8Array.of(0x7f, 0, 0, 0, 0, 0, 0, 0), placed: offset => void (split.fields.dataoff = offset) },
      { bytes: entries, placed: offset => void (symtab.fields.symoff = offset) },
      { bytes: strings, placed: offset => void (symtab.fields.stroff = offset) },
    ],
    page: PAGE,
    linkeditAddress: at(dataAt + data.length),
  });
}

/** A kernel and kexts made up for measuring: each kext binds to the kernel and to the kext before it. */
export function synthesizeKexts(
  count: number,
  codeSize: number,
  pointers: number,
): { kernel: Uint8Array; kexts: KextInput[] } {
  const filler = (size: number) => {
    const code = new Uint8Array(size);
    new Uint32Array(code.buffer).fill(0xd503201f);
    return code;
  };
  const names = Array.from({ length: 200 }, (_, i) => `_kernelFunction${i}`);
  const code = filler(8 << 20);
  const kernel = image(
    FILE_TYPES.MH_EXECUTE,
    KERNEL_BASE,
    code,
    new Uint8Array(PAGE),
    [],
    { exports: names.map((name, i) => [name, KERNEL_BASE + BigInt(PAGE + 16 * i), 1]), imports: [] },
    [makeCommand('LC_UNIXTHREAD', {}, armThreadState(KERNEL_BASE + BigInt(PAGE)))],
  );
  const kexts = Array.from({ length: count }, (_, n): KextInput => {
    const text = filler(codeSize);
    const data = new Uint8Array(Math.ceil((pointers * 16 + 512) / PAGE) * PAGE);
    // kmod_info: version 1.
    new DataView(data.buffer).setUint32(8, 1, true);
    const imports = [...names.slice(0, 40), ...(n === 0 ? [] : [`_kext${n - 1}Function0`])];
    const auth = { key: 'IA', diversity: 0x1234, addressDiversity: true } as const;
    const slots = Array.from(
      { length: pointers },
      (_, i): ChainSlot => ({
        at: 256 + 16 * i,
        value:
          i % 4 === 0
            ? { kind: 'bind', ordinal: (i >> 2) % imports.length, auth }
            : { kind: 'rebase', target: BigInt(PAGE + ((i * 64) % codeSize)) },
      }),
    );
    const own = Array.from({ length: 50 }, (_, i): [string, bigint, number] => [
      `_kext${n}Function${i}`,
      BigInt(PAGE + 64 * i),
      1,
    ]);
    const executable = image(
      FILE_TYPES.MH_KEXT_BUNDLE,
      0n,
      text,
      data,
      slots,
      { exports: [...own, ['_kmod_info', BigInt(PAGE + codeSize), 2]], imports },
      [],
    );
    const libraries = new Map<string, PlistValue>([
      ['com.apple.kernel', '20.0'],
      ...(n === 0 ? [] : ([[`com.apple.made.n${n - 1}`, '1.0']] as const)),
    ]);
    const info = new Map<string, PlistValue>([
      ['CFBundleIdentifier', `com.apple.made.n${n}`],
      ['CFBundleVersion', '1.0'],
      ['OSBundleLibraries', libraries],
    ]);
    return {
      info,
      executable,
      bundlePath: `/System/Library/Extensions/n${n}.kext`,
      executablePath: `Contents/MacOS/n${n}`,
    };
  });
  return { kernel, kexts };
}
