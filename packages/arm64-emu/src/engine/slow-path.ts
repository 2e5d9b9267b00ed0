/** What generated code calls when the TLB does not know an address. */

import { Exit } from '../interp/exit.js';
import { SlowInfo } from '../interp/imports.js';
import type { WalkState } from '../walk/state.js';
import type { DecodeCache } from './decode-cache.js';
import type { DeviceAccesses, IoSize } from './device-accesses.js';
import type { DirtyPages } from './dirty-pages.js';
import { type AccessKind, type CpuHost, READ, WRITE } from './host.js';
import type { Observer } from './observer.js';
import type { MemoryRegion, PhysicalMemory } from './physical-memory.js';
import { CELL, TLB_SET } from './state.js';
import type { Tlb } from './tlb.js';
import type { TlbArray, TlbSet } from './tlb-set.js';

const PAGE = 4096;
const OFFSET = PAGE - 1;

/** The CPU that is running, and where its accesses go. */
export interface SlowPathContext {
  readonly host: CpuHost;
  readonly tlb: Tlb;
  /** Makes `STATE.PC` the address of the current instruction. */
  syncPc(): void;
}

/** Data accesses that miss the TLB. One per engine. */
export class SlowPath {
  private readonly view: DataView;
  private readonly words: Int32Array;
  private watcher: Observer | undefined;
  private dirtyPages: DirtyPages | undefined;

  constructor(
    buffer: ArrayBufferLike,
    private readonly memory: PhysicalMemory,
    private readonly cache: DecodeCache,
    private readonly devices: DeviceAccesses,
    private readonly context: SlowPathContext,
    private readonly walk: WalkState,
  ) {
    this.view = new DataView(buffer);
    this.words = new Int32Array(buffer);
  }

  get observer(): Observer | undefined {
    return this.watcher;
  }
  set observer(observer: Observer | undefined) {
    this.watcher = observer;
    this.watch();
  }
  /** Set while somebody wants to know which pages are written. */
  get dirty(): DirtyPages | undefined {
    return this.dirtyPages;
  }
  set dirty(dirty: DirtyPages | undefined) {
    this.dirtyPages = dirty;
    this.watch();
  }
  private watch(): void {
    this.walk.watch(this.watcher !== undefined, this.dirtyPages !== undefined);
  }

  /** See `IMPORTS`: returns a TLB entry for the access, or -1 with the reason in its cell. */
  slow(lo: number, hi: number, info: number): number {
    const element = 1 << (info & 7);
    const bytes = (info & 8) !== 0 ? element * 2 : element;
    const align = 1 << ((info >> 4) & 7);
    const write = (info & SlowInfo.write) !== 0;
    const unprivileged = (info & SlowInfo.unprivileged) !== 0;
    const access = write || (info & SlowInfo.atomic) !== 0 ? WRITE : READ;
    const { host } = this.context;
    const misaligned = (lo & (align - 1)) !== 0;
    if (misaligned && host.allowsMisaligned?.(lo, align, (info & SlowInfo.ordered) !== 0) !== true) {
      host.alignmentFault(lo, hi, access);
      return this.abort();
    }
    if ((lo & OFFSET) + bytes > PAGE) return this.crossing(lo, hi, element, bytes, access, unprivileged);
    const reads = !write && access === WRITE;
    if (!host.translate(lo, hi, access, unprivileged, bytes, reads)) return this.abort();
    const { translation } = host;
    if (translation.device && (misaligned || (lo & (element - 1)) !== 0)) {
      host.alignmentFault(lo, hi, access);
      return this.abort();
    }
    const set = this.setFor(unprivileged);
    const array = access === WRITE ? TLB_SET.WRITE : TLB_SET.READ;
    const { pa, supplied } = translation;
    if (supplied !== undefined) {
      if (supplied !== null) this.supply(CELL.BOUNCE, bytes, supplied);
      if (!write || supplied === null) return set.scratch(array, lo, CELL.BOUNCE);
    }
    const region = this.memory.find(pa);
    if (region === undefined || (region.readOnly && access === WRITE) || !region.directRead)
      return this.device(lo, hi, pa, element, bytes, access, write, set, array);
    const at = region.host + (pa - region.base);
    if (access === WRITE) {
      this.dirty?.mark(at, bytes);
      const page = Math.floor(pa / PAGE);
      if (this.cache.has(page)) {
        if (this.cache.dropCompiled(page)) return this.retry();
        this.cache.written(page, pa % PAGE, bytes, this.words[CELL.IP >> 2]!);
        if (supplied === undefined) return set.scratch(array, lo, at);
      }
      if (supplied !== undefined) {
        // The instruction's own value goes nowhere.
        this.memory.bytes.copyWithin(at, CELL.BOUNCE, CELL.BOUNCE + bytes);
        return set.scratch(array, lo, CELL.BOUNCE);
      }
    }
    if (!translation.keep) return set.scratch(array, lo, at);
    if (this.observer?.fills(lo, hi, pa, access) === false) return this.ask();
    return set.fill(array, lo, hi, at - (lo & OFFSET), translation.nG);
  }

  private setFor(unprivileged: boolean): TlbSet {
    const { tlb } = this.context;
    return unprivileged ? tlb.unprivileged : tlb.current;
  }
  /** Compiled code, perhaps that which is running, has been dropped: the instruction runs again without it. */
  private retry(): -1 {
    this.words[CELL.REASON >> 2] = Exit.RETRY;
    return -1;
  }
  /** The host has recorded a fault, or a question for the observer. */
  private abort(): -1 {
    if (this.context.host.asking) return this.ask();
    this.words[CELL.REASON >> 2] = Exit.ABORT;
    return -1;
  }
  private ask(): -1 {
    this.words[CELL.REASON >> 2] = Exit.ASK;
    return -1;
  }
  /** Puts an observer's value at `at`. */
  private supply(at: number, size: number, value: bigint): void {
    for (let i = 0; i < size; i++) this.view.setUint8(at + i, Number((value >> BigInt(8 * i)) & 0xffn));
  }

  /** An access in two pages: through the bounce buffer. */
  private crossing(
    lo: number,
    hi: number,
    element: number,
    bytes: number,
    access: AccessKind,
    unprivileged: boolean,
  ): number {
    const { host } = this.context;
    const first = PAGE - (lo & OFFSET);
    const secondLo = (lo + first) | 0;
    const secondHi = secondLo >>> 0 < lo >>> 0 ? (hi + 1) | 0 : hi;
    const set = this.setFor(unprivileged);
    const array = access === WRITE ? TLB_SET.WRITE : TLB_SET.READ;
    const start = set.lookup(array, lo, hi);
    const next = start < 0 ? -1 : set.lookup(array, secondLo, secondHi);
    if (next >= 0) return this.joined(set, array, lo, start, next, first, bytes);
    if (!host.translate(lo, hi, access, unprivileged, first)) return this.abort();
    const aligned = (lo & (element - 1)) === 0;
    const a = this.ordinary(lo, hi, access, aligned);
    if (a === undefined) return this.abort();
    const { pa: paFirst, supplied: suppliedFirst } = host.translation;
    if (!host.translate(secondLo, secondHi, access, unprivileged, bytes - first, false, first)) return this.abort();
    const b = this.ordinary(secondLo, secondHi, access, aligned);
    if (b === undefined) return this.abort();
    const { pa: paSecond, supplied: suppliedSecond } = host.translation;
    const parts = [
      [CELL.BOUNCE, first, suppliedFirst],
      [CELL.BOUNCE + first, bytes - first, suppliedSecond],
    ] as const;
    const overlay = (): void => {
      for (const [at, size, value] of parts) if (typeof value === 'bigint') this.supply(at, size, value);
    };
    const { bytes: m } = this.memory;
    const atFirst = a.host + (paFirst - a.base);
    const atSecond = b.host + (paSecond - b.base);
    if (access === WRITE) {
      const dropped = [paFirst, paSecond].map(pa => this.cache.dropCompiled(Math.floor(pa / PAGE)));
      if (dropped.includes(true)) return this.retry();
      overlay();
      this.dirty?.mark(atFirst, first);
      this.dirty?.mark(atSecond, bytes - first);
      if (suppliedFirst !== null) m.copyWithin(atFirst, CELL.BOUNCE, CELL.BOUNCE + first);
      if (suppliedSecond !== null) m.copyWithin(atSecond, CELL.BOUNCE + first, CELL.BOUNCE + bytes);
      const ip = this.words[CELL.IP >> 2]!;
      this.cache.written(Math.floor(paFirst / PAGE), paFirst % PAGE, first, ip);
      this.cache.written(Math.floor(paSecond / PAGE), 0, bytes - first, ip);
      return set.scratch(TLB_SET.WRITE, lo, CELL.BOUNCE);
    }
    m.copyWithin(CELL.BOUNCE, atFirst, atFirst + first);
    m.copyWithin(CELL.BOUNCE + first, atSecond, atSecond + bytes - first);
    overlay();
    return set.scratch(TLB_SET.READ, lo, CELL.BOUNCE);
  }
  /** An access in two pages that are both in the TLB: nobody looks at them, and neither has code if this is a write. */
  private joined(
    set: TlbSet,
    array: TlbArray,
    lo: number,
    start: number,
    next: number,
    first: number,
    bytes: number,
  ): number {
    const { bytes: m } = this.memory;
    let [one, two] = [start, next];
    const middle = CELL.BOUNCE + first;
    const end = CELL.BOUNCE + bytes;
    if (array === TLB_SET.WRITE) {
      for (let i = CELL.BOUNCE; i < middle; i++) m[one++] = m[i]!;
      for (let i = middle; i < end; i++) m[two++] = m[i]!;
    } else {
      for (let i = CELL.BOUNCE; i < middle; i++) m[i] = m[one++]!;
      for (let i = middle; i < end; i++) m[i] = m[two++]!;
    }
    return set.scratch(array, lo, CELL.BOUNCE);
  }
  /** The region of the last translation, if an access that crosses into or out of it may go there. */
  private ordinary(lo: number, hi: number, access: AccessKind, aligned: boolean): MemoryRegion | undefined {
    const { host } = this.context;
    const region = this.memory.find(host.translation.pa);
    // A pair whose elements are aligned may be in Device memory, but not in the registers of two devices.
    if (host.translation.device && !aligned) {
      host.alignmentFault(lo, hi, access);
      return undefined;
    }
    if (region === undefined || (region.readOnly && access === WRITE) || !region.directRead) {
      if (aligned) host.externalAbort(lo, hi, access);
      else host.alignmentFault(lo, hi, access);
      return undefined;
    }
    return region;
  }

  private device(
    lo: number,
    hi: number,
    pa: number,
    element: number,
    bytes: number,
    access: AccessKind,
    write: boolean,
    set: TlbSet,
    array: TlbArray,
  ): number {
    const { host } = this.context;
    if (access === WRITE && !write) {
      // Atomics need memory.
      host.externalAbort(lo, hi, access);
      return this.abort();
    }
    this.context.syncPc();
    this.devices.identify();
    const size = Math.min(element, 8) as IoSize;
    for (let o = 0; o < bytes; o += size) {
      if (this.devices.access(pa + o, size, CELL.BOUNCE + o, write)) continue;
      host.externalAbort(lo, hi, access);
      return this.abort();
    }
    if (host.attentionWanted && !this.devices.replaying) {
      this.words[CELL.REASON >> 2] = Exit.REPLAY;
      return -1;
    }
    return set.scratch(array, lo, CELL.BOUNCE);
  }
}
