import {
  encodeChainedFixups,
  encodePlist,
  FILE_TYPES,
  type LoadCommand,
  makeCommand,
  type PlistValue,
  pointerFormat,
  SymbolWriter,
} from '../src/index.js';
import { armThreadState } from '../src/macho/info.js';
import { stringTail } from '../src/macho/load-commands.js';
import { type NewSegment, writeMachO } from '../src/macho/writer.js';

const PAGE = 0x4000;
const up = (n: number) => Math.ceil(n / PAGE) * PAGE;
const BASE = 0xfffffe0007004000n;

/** What {@link synthesizeCollection} is asked for. */
export interface SynthesisOptions {
  readonly kexts: number;
  readonly fixups: number;
  readonly symbolsPerImage: number;
  /** Bytes of instructions. */
  readonly code: number;
}

/** xorshift32: the same file every time. */
function random(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

const protections = { rx: 5, r: 1, rw: 3 };

/**
 * An arm64e kext collection made up for measuring: the regions, entries, prelink info, chained fixups and symbols of a
 * real one of this size, with filler for code.
 */
export function synthesizeCollection(options: SynthesisOptions): Uint8Array {
  const next = random(0x2545f491);
  const images = options.kexts + 1;
  const prelinkText = new Uint8Array(up(images * 0x1000));
  const code = new Uint8Array(up(options.code));
  const words = new Uint32Array(code.buffer);
  for (let i = 0; i < words.length; i++) words[i] = (next() & 0x00ffffff) | 0x91000000;
  const constant = new Uint8Array(up(options.fixups * 56));
  const data = new Uint8Array(up(images * 0x1000));

  const header = BASE;
  const headerBytes = new Uint8Array(up(0x800 + images * 80));
  const first = headerBytes.length;
  const textAt = BASE + BigInt(first);
  const constAt = textAt + BigInt(prelinkText.length);
  const codeAt = constAt + BigInt(constant.length);
  const infoAt = codeAt + BigInt(code.length);
  const dictionary: PlistValue[] = [];
  for (let i = 1; i < images; i++) {
    const id = `org.example.driver.n${i}`;
    const load = textAt + BigInt(i * 0x1000);
    dictionary.push(
      new Map<string, PlistValue>([
        ['CFBundleIdentifier', id],
        ['CFBundleName', `n${i}`],
        ['CFBundlePackageType', 'KEXT'],
        ['CFBundleVersion', '1.0.0'],
        [
          'OSBundleLibraries',
          new Map<string, PlistValue>([
            ['com.apple.kpi.iokit', '20.0'],
            ['com.apple.kpi.libkern', '20.0'],
          ]),
        ],
        [
          'IOKitPersonalities',
          new Map<string, PlistValue>([
            [
              `n${i}`,
              new Map<string, PlistValue>([
                ['IOClass', `N${i}`],
                ['IOProviderClass', 'IOPCIDevice'],
                ['IOProbeScore', BigInt(i)],
              ]),
            ],
          ]),
        ],
        ['_PrelinkBundlePath', `/System/Library/Extensions/n${i}.kext`],
        ['_PrelinkExecutableLoadAddr', load],
        ['_PrelinkExecutableRelativePath', `Contents/MacOS/n${i}`],
        ['_PrelinkExecutableSize', 0x1000n],
        ['_PrelinkExecutableSourceAddr', load],
      ]),
    );
  }
  const plist = encodePlist(
    new Map<string, PlistValue>([
      ['_PrelinkInfoDictionary', dictionary],
      ['_PrelinkKCID', new Uint8Array(16).fill(7)],
    ]),
  );
  const info = new Uint8Array(up(plist.length));
  info.set(plist);
  const dataAt = infoAt + BigInt(info.length);
  const end = dataAt + BigInt(data.length);

  const targets = Number(infoAt - BASE);
  const slots = Array.from({ length: options.fixups }, (_, i) => {
    const auth =
      i % 3 === 0
        ? ({ key: i % 2 === 0 ? 'IA' : 'DA', diversity: next() & 0xffff, addressDiversity: true } as const)
        : undefined;
    return { at: i * 56 + (i % 3) * 4, value: { kind: 'rebase' as const, target: BigInt(next() % targets), auth } };
  });
  const none = { bytes: new Uint8Array(0), offset: 0n, slots: [] };
  const blob = encodeChainedFixups({
    format: pointerFormat(8)!,
    pageSize: PAGE,
    segments: [none, none, { bytes: constant, offset: constAt - header, slots }, none, none, none, none],
  });

  const symbols = new SymbolWriter();
  for (let i = 0; i < images; i++)
    for (let n = 0; n < options.symbolsPerImage; n++)
      symbols.add({
        name: `__ZN6Driver${i}11doSomething${n}EPvj`,
        value: codeAt + BigInt((next() % (code.length >> 2)) * 4),
        type: 0x0f,
        section: 1,
        description: 0,
      });
  const { entries, strings } = symbols.build();

  const segment = (name: string, vmaddr: bigint, bytes: Uint8Array, prot: number): NewSegment => ({
    name,
    vmaddr,
    vmsize: BigInt(bytes.length),
    bytes,
    maxprot: prot,
    initprot: prot,
    sections: [],
  });
  const segments: NewSegment[] = [
    segment('__TEXT', header, headerBytes, protections.r),
    segment('__PRELINK_TEXT', textAt, prelinkText, protections.r),
    segment('__DATA_CONST', constAt, constant, protections.r),
    segment('__TEXT_EXEC', codeAt, code, protections.rx),
    {
      ...segment('__PRELINK_INFO', infoAt, info, protections.rw),
      sections: [{ name: '__info', address: infoAt, size: BigInt(plist.length), flags: 0 }],
    },
    segment('__DATA', dataAt, data, protections.rw),
  ];
  const fixups = makeCommand('LC_DYLD_CHAINED_FIXUPS', { dataoff: 0, datasize: blob.length });
  const commands: LoadCommand[] = [
    makeCommand('LC_UUID', { uuid: new Uint8Array(16).fill(7) }),
    makeCommand('LC_UNIXTHREAD', {}, armThreadState(codeAt)),
    fixups,
  ];
  for (let i = 0; i < images; i++) {
    const id = i === 0 ? 'com.apple.kernel' : `org.example.driver.n${i}`;
    const tail = stringTail(id, 32);
    commands.push(
      makeCommand(
        'LC_FILESET_ENTRY',
        { vmaddr: textAt + BigInt(i * 0x1000), fileoff: BigInt(first + i * 0x1000), entry_id: 32, reserved: 0 },
        tail,
      ),
    );
  }
  const symbolsAt = { symoff: 0, stroff: 0 };
  const perImage = options.symbolsPerImage * 16;
  const bytes = writeMachO({
    cputype: 0x0100000c,
    cpusubtype: 0xc0000002,
    filetype: FILE_TYPES.MH_FILESET,
    flags: 0,
    segments,
    commands,
    linkedit: [
      { bytes: entries, placed: offset => void (symbolsAt.symoff = offset) },
      { bytes: strings, placed: offset => void (symbolsAt.stroff = offset) },
      { bytes: blob, placed: offset => void (fixups.fields.dataoff = offset) },
    ],
    page: PAGE,
    linkeditAddress: end,
  });
  // The images' own headers: one code segment each, and their part of the shared symbol table.
  for (let i = 0; i < images; i++) {
    const symtab = makeCommand('LC_SYMTAB', {
      symoff: symbolsAt.symoff + i * perImage,
      nsyms: options.symbolsPerImage,
      stroff: symbolsAt.stroff,
      strsize: strings.length,
    });
    const own = writeMachO({
      cputype: 0x0100000c,
      cpusubtype: 0xc0000002,
      filetype: i === 0 ? FILE_TYPES.MH_EXECUTE : FILE_TYPES.MH_KEXT_BUNDLE,
      flags: 0x80000000,
      segments: [segment('__TEXT', textAt + BigInt(i * 0x1000), new Uint8Array(0x1000), protections.r)],
      commands: [symtab],
      linkedit: [],
      page: 0x1000,
      linkeditAddress: end,
    });
    bytes.set(own.subarray(0, 0x1000), first + i * 0x1000);
    const view = new DataView(bytes.buffer);
    // __TEXT's and __LINKEDIT's file offsets count from the start of the collection.
    view.setBigUint64(first + i * 0x1000 + 32 + 40, BigInt(first + i * 0x1000), true);
    view.setBigUint64(first + i * 0x1000 + 104 + 40, BigInt(bytes.length - strings.length), true);
  }
  return bytes;
}
