import {
  buildStaticKernel,
  encodeChainedFixups,
  encodePlist,
  FILE_TYPES,
  makeCommand,
  type PlistValue,
  pointerFormat,
  SymbolWriter,
} from '../src/index.js';
import { armThreadState } from '../src/macho/info.js';
import { stringTail } from '../src/macho/load-commands.js';
import { writeMachO } from '../src/macho/writer.js';

const BASE = 0xfffffe0007004000n;

/** A fileset of three kilobytes that has everything: two entries, prelink info, fixups, symbols, code. */
export function tinyCollection(): Uint8Array {
  const page = 0x400;
  const text = new Uint8Array(page);
  const at = (n: number) => BASE + BigInt(n);
  const plist = encodePlist(
    new Map<string, PlistValue>([
      [
        '_PrelinkInfoDictionary',
        [
          new Map<string, PlistValue>([
            ['CFBundleIdentifier', 'a.b'],
            ['_PrelinkExecutableLoadAddr', at(page)],
            ['_PrelinkKmodInfo', at(page * 3)],
          ]),
        ],
      ],
    ]),
  );
  const data = new Uint8Array(page);
  const slots = [0, 8, 0x20, 0xb4, 0x100].map((offset, i) => ({
    at: offset,
    value: {
      kind: 'rebase' as const,
      target: BigInt(page + offset),
      auth: i % 2 ? ({ key: 'DA', diversity: 5, addressDiversity: true } as const) : undefined,
    },
  }));
  const none = { bytes: data, offset: 0n, slots: [] };
  const blob = encodeChainedFixups({
    format: pointerFormat(8)!,
    pageSize: 0x1000,
    segments: [none, none, none, { bytes: data, offset: BigInt(page * 3), slots }, none],
  });
  const symbols = new SymbolWriter();
  symbols.add({ name: '__ZN3Foo3barEv', value: at(page + 0x300), type: 0x0f, section: 1, description: 0 });
  symbols.add({ name: '_x', value: at(page * 3), type: 0x0e, section: 1, description: 0 });
  const { entries, strings } = symbols.build();
  const symtab = makeCommand('LC_SYMTAB', { symoff: 0, nsyms: 2, stroff: 0, strsize: strings.length });
  const fixups = makeCommand('LC_DYLD_CHAINED_FIXUPS', { dataoff: 0, datasize: blob.length });
  const info = new Uint8Array(Math.ceil(plist.length / page) * page);
  info.set(plist);
  const segment = (
    name: string,
    vmaddr: bigint,
    bytes: Uint8Array,
    prot: number,
    sections: { name: string; address: bigint; size: bigint; flags: number }[] = [],
  ) => ({ name, vmaddr, vmsize: BigInt(bytes.length), bytes, maxprot: prot, initprot: prot, sections });
  const common = { cputype: 0x0100000c, cpusubtype: 2, flags: 0, page, linkeditAddress: at(page * 4 + info.length) };
  const bytes = writeMachO({
    ...common,
    filetype: FILE_TYPES.MH_FILESET,
    segments: [
      segment('__TEXT', BASE, new Uint8Array(page), 1),
      segment('__PRELINK_TEXT', at(page), text, 5),
      segment('__TEXT_EXEC', at(page * 2), new Uint8Array(page).fill(0x1f), 5, [
        { name: '__text', address: at(page * 2), size: 0x40n, flags: 0x80000400 },
      ]),
      segment('__DATA', at(page * 3), data, 3),
      segment('__PRELINK_INFO', at(page * 4), info, 3, [
        { name: '__info', address: at(page * 4), size: BigInt(plist.length), flags: 0 },
      ]),
    ],
    commands: [
      makeCommand('LC_UNIXTHREAD', {}, armThreadState(at(page * 2))),
      fixups,
      makeCommand(
        'LC_FILESET_ENTRY',
        { vmaddr: at(page), fileoff: BigInt(page), entry_id: 32, reserved: 0 },
        stringTail('com.apple.kernel', 32),
      ),
      makeCommand(
        'LC_FILESET_ENTRY',
        { vmaddr: at(page), fileoff: BigInt(page), entry_id: 32, reserved: 0 },
        stringTail('a.b', 32),
      ),
    ],
    linkedit: [
      { bytes: blob, placed: offset => void (fixups.fields.dataoff = offset) },
      { bytes: entries, placed: offset => void (symtab.fields.symoff = offset) },
      { bytes: strings, placed: offset => void (symtab.fields.stroff = offset) },
    ],
  });
  const own = writeMachO({
    ...common,
    filetype: FILE_TYPES.MH_KEXT_BUNDLE,
    segments: [
      segment('__TEXT', at(page), text, 5, [
        { name: '__text', address: at(page + 0x300), size: 0x100n, flags: 0x80000400 },
      ]),
    ],
    commands: [symtab],
    linkedit: [],
  });
  bytes.set(own.subarray(0, 0x300), page);
  new DataView(bytes.buffer).setBigUint64(page + 32 + 40, BigInt(page), true);
  return bytes;
}

/** A small kernel with symbols, relocations and zero-fill. */
export const tinyKernel = (): Uint8Array =>
  buildStaticKernel({
    segments: [
      {
        name: '__TEXT_EXEC',
        address: BASE + 0x4000n,
        bytes: new Uint8Array(64).fill(0x1f),
        protection: 'r-x',
        sections: [{ name: '__text', address: BASE + 0x4000n, size: 64 }],
      },
      {
        name: '__DATA',
        address: BASE + 0x8000n,
        bytes: new Uint8Array(64),
        protection: 'rw-',
        sections: [{ name: '__data', address: BASE + 0x8000n, size: 64 }],
      },
    ],
    entry: BASE + 0x4000n,
    symbols: [{ name: '_start', address: BASE + 0x4000n, external: true }],
    pointers: [BASE + 0x8000n, BASE + 0x8010n],
  });
