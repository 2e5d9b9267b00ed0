import { KERNEL_ID, type KernelCollection } from '../collection/collection.js';
import { hex, MachOError } from '../error.js';
import { type ChainSlot, encodeChainedFixups } from '../fixups/chain-writer.js';
import { pointerFormat } from '../fixups/formats.js';
import type { Fixup } from '../fixups/pointers.js';
import { CPU_TYPE_ARM64, CPU_TYPE_X86_64, FILE_TYPES, MH_FLAGS } from '../macho/constants.js';
import { dataInCode, encodeDataInCode } from '../macho/data-in-code.js';
import { encodeFunctionStarts, functionStarts } from '../macho/function-starts.js';
import { armThreadState, entryPoint } from '../macho/info.js';
import { encodeLoadCommand, type LoadCommand, makeCommand, makeDysymtab } from '../macho/load-commands.js';
import type { MachO } from '../macho/macho.js';
import { encodeRelocations, type Relocation } from '../macho/relocations.js';
import {
  INDIRECT_SYMBOL_ABS,
  INDIRECT_SYMBOL_LOCAL,
  indirectSymbols,
  isUndefined,
  N_WEAK_REF,
  readSymbols,
} from '../macho/symbols.js';
import { commandsSize, type LinkeditPiece, type NewSegment, writeMachO } from '../macho/writer.js';
import { CodeImage } from '../patch/code-image.js';
import { maxAddress, viewOf } from '../source.js';
import type { AddressIndex } from '../symbols/address-index.js';
import { classicRelocations } from './classic-relocations.js';
import { ImportTable } from './imports.js';
import { type RigidLayout, rigidLayout } from './layout.js';
import { NO_STUBS, type StubSegments, stubSegments } from './stub-segments.js';
import { outsideReferences, retarget } from './stubs.js';
import { ownSymbolTable } from './symbol-table.js';

/** One extraction from a collection. */
export class Extraction {
  readonly lost: string[] = [];
  private readonly imports: ImportTable;
  private layout: RigidLayout;
  private readonly kernel: boolean;
  private readonly arm: boolean;
  private readonly page: bigint;
  private readonly authenticated: boolean;

  constructor(
    private readonly collection: KernelCollection,
    private readonly id: string,
    private readonly image: MachO,
    indexes: readonly AddressIndex[],
  ) {
    this.kernel = id === KERNEL_ID;
    this.arm = image.header.cputype === CPU_TYPE_ARM64;
    if (!this.arm && image.header.cputype !== CPU_TYPE_X86_64)
      throw new MachOError('unsupported', `extraction from ${image.architecture}`, { path: id });
    this.page = this.arm ? 0x4000n : 0x1000n;
    this.authenticated = image.architecture === 'arm64e';
    const names = new Map(
      [...readSymbols(image)].filter(isUndefined).map(s => [s.name, (s.description & N_WEAK_REF) !== 0]),
    );
    this.imports = new ImportTable(indexes, names, id);
    for (const name of names.keys()) this.imports.add(name);
    // Room for what was dropped in the collection and for stubs.
    const room =
      32 + image.commands.reduce((sum, c) => sum + encodeLoadCommand(c).length, 0) + 3 * 16 + 2 * (72 + 80) + 96;
    const base = this.kernel ? (image.segment('__TEXT')?.vmaddr ?? 0n) & ~(this.page - 1n) : 0n;
    this.layout = rigidLayout(image, base, this.page, room);
    if (this.kernel && this.layout.delta !== 0n) this.lost.push('the kernel moved: no room for its load commands');
  }

  /** Whether some of [from, from + size) is the image's own. */
  private inside = (from: bigint, size = 1n): boolean =>
    this.image.segments.some(s => s.name !== '__LINKEDIT' && from < s.vmaddr + s.vmsize && from + size > s.vmaddr);

  /** Slots of this image, out of the collection's pointers. */
  private slots(): Fixup[] {
    const pointers = this.collection.pointersOf(this.image);
    const out: Fixup[] = [];
    const { table } = pointers;
    const ranges = this.image.segments.filter(s => s.filesize > 0 && s.name !== '__LINKEDIT');
    for (let i = 0; i < table.length; i++) {
      const offset = table.offsets[i]!;
      if (ranges.some(s => offset >= s.fileoff && offset < s.fileoff + s.filesize)) out.push(pointers.fixup(i));
    }
    return out;
  }

  /** Segment of the new file that holds an address of the old image, and the offset in it. */
  private place(address: bigint): { index: number; at: number } {
    const moved = address + this.layout.delta;
    const index = this.layout.segments.findIndex(s => moved >= s.vmaddr && moved < s.vmaddr + BigInt(s.bytes.length));
    if (index < 0) throw new MachOError('not-found', `no segment holds ${hex(address)}`, { path: this.id });
    return { index, at: Number(moved - this.layout.segments[index]!.vmaddr) };
  }

  private makeStubs(): StubSegments {
    const { branches, adrps } = outsideReferences(new CodeImage(this.image), this.inside);
    if (adrps.length > 0)
      this.lost.push(`${adrps.length} ADRP instructions refer outside the kext, first at ${hex(adrps[0]!)}`);
    return stubSegments({
      branches,
      imports: this.imports,
      authenticated: this.authenticated,
      at: this.layout.end,
      page: this.page,
      firstIndirect: indirectSymbols(this.image).length,
      lost: this.lost,
      patch: (branch, stub) => {
        const bytes = retarget(branch, branch.address + this.layout.delta, stub);
        const { index, at } = this.place(branch.address);
        if (bytes !== undefined) this.layout.segments[index]!.bytes.set(bytes, at);
        return bytes !== undefined;
      },
    });
  }

  /** Chain slots per segment of the new file; external targets become binds. */
  private chain(segmentCount: number, got: readonly { at: number; number: number }[]): ChainSlot[][] {
    const slots: ChainSlot[][] = Array.from({ length: segmentCount }, () => []);
    const base = this.layout.segments[0]!.vmaddr;
    for (const fixup of this.slots()) {
      const { index, at } = this.place(fixup.location);
      const { target, auth } = fixup;
      const level = fixup.stored.cacheLevel;
      const own = target !== undefined && level === this.collection.level && this.inside(target);
      const number = target === undefined || own ? undefined : this.imports.number(target, level);
      if (own) slots[index]!.push({ at, value: { kind: 'rebase', target: target + this.layout.delta - base, auth } });
      else if (number !== undefined) slots[index]!.push({ at, value: { kind: 'bind', ordinal: number, auth } });
      else {
        this.lost.push(
          `the pointer at ${hex(fixup.location)} goes to ${target === undefined ? 'a collection that is not open' : hex(target)}, which no symbol names`,
        );
        this.layout.segments[index]!.bytes.fill(0, at, at + 8);
      }
    }
    if (got.length > 0) {
      const auth = this.authenticated ? ({ key: 'IA', diversity: 0, addressDiversity: true } as const) : undefined;
      for (const { at, number } of got)
        slots[segmentCount - 1]!.push({ at, value: { kind: 'bind', ordinal: number, auth } });
    }
    return slots;
  }

  build(): { bytes: Uint8Array; owners: ReadonlySet<string> } {
    const stubs = this.arm && !this.kernel ? this.makeStubs() : NO_STUBS;
    const segments: NewSegment[] = [...this.layout.segments, ...stubs.segments];
    const slots = this.chain(segments.length, stubs.got);
    this.resetKmodInfo();
    const table = ownSymbolTable(this.image, this.imports, this.layout.delta);
    const { entries, strings } = table.writer.build();
    const base = segments[0]!.vmaddr;
    const old = indirectSymbols(this.image);
    const indirect = new Uint8Array((old.length + stubs.indirect.length) * 4);
    const indirectView = viewOf(indirect);
    old.forEach((value, i) => {
      const special = (value & (INDIRECT_SYMBOL_LOCAL | INDIRECT_SYMBOL_ABS)) !== 0;
      indirectView.setUint32(i * 4, special ? value : table.renumber(value), true);
    });
    stubs.indirect.forEach((number, i) => {
      indirectView.setUint32((old.length + i) * 4, table.importIndex + number, true);
    });
    const linkedit: LinkeditPiece[] = [];
    const commands: LoadCommand[] = [];
    const dataPiece = (
      name: 'LC_DYLD_CHAINED_FIXUPS' | 'LC_FUNCTION_STARTS' | 'LC_DATA_IN_CODE',
      bytes: Uint8Array,
    ) => {
      const command = makeCommand(name, { dataoff: 0, datasize: bytes.length });
      commands.push(command);
      linkedit.push({ bytes, placed: offset => void (command.fields.dataoff = offset) });
    };
    let relocations = { local: [] as Relocation[], external: [] as Relocation[] };
    if (this.arm) {
      const page = { bytes: new Uint8Array(0), offset: 0n, slots: [] };
      const chainSegments = [
        ...segments.map((s, i) => ({ bytes: s.bytes, offset: s.vmaddr - base, slots: slots[i]! })),
        page,
      ];
      const format = pointerFormat(this.authenticated ? 7 : 6)!;
      dataPiece(
        'LC_DYLD_CHAINED_FIXUPS',
        encodeChainedFixups({ format, pageSize: 0x1000, segments: chainSegments, imports: this.imports.imports }),
      );
    } else {
      const from = this.kernel ? (segments.find(s => (s.initprot & 2) !== 0) ?? segments[0]!).vmaddr : base;
      relocations = classicRelocations(slots, segments, table.importIndex, from);
    }
    this.carry(dataPiece);
    const symtab = makeCommand('LC_SYMTAB', {
      symoff: 0,
      nsyms: table.writer.length,
      stroff: 0,
      strsize: strings.length,
    });
    const external = encodeRelocations(relocations.external);
    const local = encodeRelocations(relocations.local);
    const dysymtab = makeDysymtab({
      nlocalsym: table.locals,
      iextdefsym: table.locals,
      nextdefsym: table.exports,
      iundefsym: table.importIndex,
      nundefsym: this.imports.imports.length,
      nindirectsyms: indirect.length / 4,
      nextrel: relocations.external.length,
      nlocrel: relocations.local.length,
    });
    linkedit.push(
      { bytes: local, placed: offset => void (dysymtab.fields.locreloff = offset) },
      { bytes: entries, placed: offset => void (symtab.fields.symoff = offset) },
      { bytes: external, placed: offset => void (dysymtab.fields.extreloff = offset) },
      { bytes: indirect, placed: offset => void (dysymtab.fields.indirectsymoff = offset) },
      { bytes: strings, placed: offset => void (symtab.fields.stroff = offset) },
    );
    commands.push(symtab, dysymtab, ...this.kept());
    if (32 + commandsSize(segments, commands) > 0x8000)
      throw new MachOError('no-space', 'load commands past 32 KiB', { path: this.id });
    const last = segments.reduce((most, s) => maxAddress(most, s.vmaddr + s.vmsize), 0n);
    const bytes = writeMachO({
      cputype: this.image.header.cputype,
      cpusubtype: this.image.header.cpusubtype,
      filetype: this.kernel ? FILE_TYPES.MH_EXECUTE : FILE_TYPES.MH_KEXT_BUNDLE,
      flags: (this.image.header.flags & ~MH_FLAGS.MH_DYLIB_IN_CACHE) >>> 0,
      segments,
      commands,
      linkedit,
      page: Number(this.page),
      linkeditAddress: last,
    });
    return { bytes, owners: this.imports.owners };
  }

  /** Function starts and data in code, counted from the new header. */
  private carry(piece: (name: 'LC_FUNCTION_STARTS' | 'LC_DATA_IN_CODE', bytes: Uint8Array) => void): void {
    const { delta, segments } = this.layout;
    const base = segments[0]!.vmaddr;
    const starts = functionStarts(this.image);
    const good = starts.filter(start => this.inside(start));
    if (good.length < starts.length)
      this.lost.push(`${starts.length - good.length} function starts lie outside the image`);
    if (good.length > 0)
      piece(
        'LC_FUNCTION_STARTS',
        encodeFunctionStarts(
          good.map(a => a + delta),
          base,
        ),
      );
    const data = dataInCode(this.image).flatMap(entry => {
      const address = this.image.baseAddress + BigInt(entry.offset);
      return this.inside(address) ? [{ ...entry, offset: Number(address + delta - base) }] : [];
    });
    if (data.length > 0) piece('LC_DATA_IN_CODE', encodeDataInCode(data));
  }

  /** Commands that stay as they are. */
  private kept(): LoadCommand[] {
    const names = new Set([
      'LC_UUID',
      'LC_BUILD_VERSION',
      'LC_SOURCE_VERSION',
      'LC_VERSION_MIN_MACOSX',
      'LC_VERSION_MIN_IPHONEOS',
      'LC_VERSION_MIN_TVOS',
      'LC_VERSION_MIN_WATCHOS',
    ]);
    const kept = this.image.commands.filter(command => command.name !== undefined && names.has(command.name));
    const entry = this.kernel ? (entryPoint(this.image) ?? entryPoint(this.collection.macho)) : undefined;
    if (entry !== undefined && this.arm)
      kept.push(makeCommand('LC_UNIXTHREAD', {}, armThreadState(entry + this.layout.delta)));
    else if (this.kernel) {
      const thread = this.image.command('LC_UNIXTHREAD') ?? this.collection.macho.command('LC_UNIXTHREAD');
      if (thread !== undefined) kept.push(thread);
    }
    return kept;
  }

  /** The builder wrote address and size into kmod_info. */
  private resetKmodInfo(): void {
    const address = this.collection.kext(this.id)?.kmodInfoAddress;
    if (address === undefined || !this.inside(address)) return;
    const { index, at } = this.place(address);
    this.layout.segments[index]!.bytes.fill(0, at + 156, at + 180);
  }
}
