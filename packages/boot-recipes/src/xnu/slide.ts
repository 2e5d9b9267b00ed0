import { loadPlan, openMachO } from 'macho-kc';
import { BootError } from '../error.js';
import type { KernelImage } from './kernel.js';

const HEADER = 32;
const LC_SYMTAB = 0x02;
const LC_UNIXTHREAD = 0x05;
const LC_DYSYMTAB = 0x0b;
const LC_SEGMENT_64 = 0x19;
const SEGMENT = 72;
const SECTION = 80;
const NLIST = 16;
/** `pc` in LC_UNIXTHREAD of ARM_THREAD_STATE64. */
const PC = 16 + 32 * 8;
const S_NON_LAZY_SYMBOL_POINTERS = 6;
const N_STAB = 0xe0;
const N_TYPE = 0x0e;
const N_SECT = 0x0e;
/** A local relocation of 64 bits, not relative to PC. */
const R_LENGTH_64 = 3;

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/**
 * Slides a static kernel or kernelcache as boot loaders do, since it does not slide itself: addresses of segments,
 * sections, symbols and the entry point, and the pointers that local relocations and non-lazy symbol pointers name.
 * Collections (MH_FILESET) are left alone: their kernel fixes itself up.
 *
 * @param slide added to every address
 * @returns the kernel with the content of its segments changed; its own addresses stay unslid
 * @throws {@link BootError} `unsupported` when the file does not say where its pointers are
 */
export function slideKernel(kernel: KernelImage, slide: bigint): KernelImage {
  if (slide === 0n || kernel.kind === 'fileset') return kernel;
  const bytes = kernel.bytes.slice();
  const moved = new Slider(bytes, slide).run();
  if (moved === 0)
    throw new BootError('unsupported', `a ${kernel.kind} without local relocations stays where it was linked`, {
      path: 'slide',
    });
  const { segments } = loadPlan(openMachO(bytes));
  return { ...kernel, segments: kernel.segments.map((segment, i) => ({ ...segment, bytes: segments[i]!.bytes })) };
}

/** One file that is slid in place. */
class Slider {
  private readonly view: DataView;
  private readonly segments: { readonly vmaddr: bigint; readonly fileoff: number; readonly filesize: number }[] = [];
  /** File offsets of pointers that were slid: none is slid twice. */
  private readonly done = new Set<number>();

  constructor(
    bytes: Uint8Array,
    private readonly slide: bigint,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** How many pointers were slid. */
  run(): number {
    const { view } = this;
    const commands: { readonly kind: number; readonly at: number }[] = [];
    let at = HEADER;
    for (let i = view.getUint32(16, true); i > 0; i--) {
      commands.push({ kind: view.getUint32(at, true), at });
      at += view.getUint32(at + 4, true);
    }
    for (const command of commands)
      if (command.kind === LC_SEGMENT_64)
        this.segments.push({
          vmaddr: view.getBigUint64(command.at + 24, true),
          fileoff: Number(view.getBigUint64(command.at + 40, true)),
          filesize: Number(view.getBigUint64(command.at + 48, true)),
        });
    // Pointers first: their places are given by unslid addresses.
    for (const command of commands) {
      if (command.kind === LC_DYSYMTAB) this.relocations(command.at);
      else if (command.kind === LC_SEGMENT_64) this.symbolPointers(command.at);
      else if (command.kind === LC_SYMTAB) this.symbols(command.at);
    }
    for (const command of commands) {
      if (command.kind === LC_SEGMENT_64) this.segment(command.at);
      else if (command.kind === LC_UNIXTHREAD) this.add(command.at + PC);
    }
    return this.done.size;
  }

  private add(offset: number): void {
    this.view.setBigUint64(offset, BigInt.asUintN(64, this.view.getBigUint64(offset, true) + this.slide), true);
  }

  private pointer(address: bigint): void {
    const segment = this.segments.find(
      ({ vmaddr, filesize }) => address >= vmaddr && address + 8n <= vmaddr + BigInt(filesize),
    );
    if (segment === undefined)
      throw new BootError('bad-value', `relocation of ${hex(address)}, which is in no segment's file content`, {
        path: 'kernel',
      });
    const offset = segment.fileoff + Number(address - segment.vmaddr);
    if (this.done.has(offset)) return;
    this.done.add(offset);
    this.add(offset);
  }

  private relocations(at: number): void {
    const { view } = this;
    const [offset, count] = [view.getUint32(at + 72, true), view.getUint32(at + 76, true)];
    const base = this.segments[0]?.vmaddr ?? 0n;
    for (let i = 0; i < count; i++) {
      const place = offset + 8 * i;
      if (place + 8 > view.byteLength)
        throw new BootError('truncated', 'local relocations', { offset: place, path: 'kernel' });
      if (((view.getUint32(place + 4, true) >>> 25) & 3) === R_LENGTH_64)
        this.pointer(base + BigInt(view.getInt32(place, true)));
    }
  }

  private symbolPointers(at: number): void {
    const { view } = this;
    for (let i = view.getUint32(at + 64, true) - 1; i >= 0; i--) {
      const section = at + SEGMENT + SECTION * i;
      if ((view.getUint32(section + 64, true) & 0xff) !== S_NON_LAZY_SYMBOL_POINTERS) continue;
      const [address, size] = [view.getBigUint64(section + 32, true), view.getBigUint64(section + 40, true)];
      for (let offset = 0n; offset + 8n <= size; offset += 8n) this.pointer(address + offset);
    }
  }

  private symbols(at: number): void {
    const { view } = this;
    const [offset, count] = [view.getUint32(at + 8, true), view.getUint32(at + 12, true)];
    for (let i = 0; i < count; i++) {
      const symbol = offset + NLIST * i;
      if (symbol + NLIST > view.byteLength)
        throw new BootError('truncated', 'symbol table', { offset: symbol, path: 'kernel' });
      const type = view.getUint8(symbol + 4);
      if ((type & N_STAB) === 0 && (type & N_TYPE) === N_SECT) this.add(symbol + 8);
    }
  }

  private segment(at: number): void {
    this.add(at + 24);
    for (let i = this.view.getUint32(at + 64, true) - 1; i >= 0; i--) this.add(at + SEGMENT + SECTION * i + 32);
  }
}
