/** Records of decoded instructions, one array per physical page that is executed. */

import { PAGE_RECORDS, RECORD_PAGE_SIZE, RECORD_SIZE } from '../interp/record.js';
import type { Sequences } from '../interp/sequences.js';
import { Special } from '../interp/special.js';
import type { PhysicalMemory } from './physical-memory.js';
import type { Tlb } from './tlb.js';

/** Writes to a page of records before the page is dropped: it has probably become data. */
const WRITES_BEFORE_DROP = 16;
const PAGE_BYTES = 4096;

/** Compiled code of pages of records, by the page's index. */
export interface CompiledPages {
  /** Drops what is compiled; false when nothing is. */
  drop(index: number, written?: boolean): boolean;
  /** Other code is going to live in these records. */
  renew(index: number): void;
  dropAll(): void;
}

/** Keyed by physical page number, so that mappings may change without decoding again. */
export class DecodeCache {
  private readonly pages = new Map<number, number>();
  private readonly pageOf: Int32Array;
  /** Where each page's memory is, by index; -1 when there is none. */
  private readonly hosts: Int32Array;
  /** How many pages with records lie in each page of linear memory from the first of guest memory on. */
  private readonly codeMap: Uint8Array;
  private readonly writes: Int32Array;
  private readonly free: number[] = [];
  private used = 0;
  /** Pages of records from this one on have never been written: they are zeros. */
  private fresh = 0;
  /** Set when there is a compiler. */
  compiled: CompiledPages | undefined;
  private readonly view: DataView;
  private readonly bytes: Uint8Array;

  /** `start`: first byte of the records; `capacity`: pages; `codeMap`: where the map of pages with code is. */
  constructor(
    buffer: ArrayBufferLike,
    private readonly start: number,
    private readonly capacity: number,
    /** TLBs of all CPUs. */
    private readonly tlbs: readonly Tlb[],
    private readonly memory: PhysicalMemory,
    codeMap: number,
    private readonly sequences: Sequences,
  ) {
    this.view = new DataView(buffer);
    this.bytes = new Uint8Array(buffer);
    this.pageOf = new Int32Array(capacity).fill(-1);
    this.writes = new Int32Array(capacity);
    this.hosts = new Int32Array(capacity);
    this.codeMap = new Uint8Array(buffer, codeMap, (buffer.byteLength - memory.start) / PAGE_BYTES);
  }

  /** Bytes that `capacity` pages need. */
  static size(capacity: number): number {
    return capacity * RECORD_PAGE_SIZE;
  }

  /** Whether the physical page has records, so that writes to it must be seen. */
  has(page: number): boolean {
    return this.pages.has(page);
  }
  /** Number of pages with records. */
  get count(): number {
    return this.pages.size;
  }

  /** The records of a physical page; made when there are none. */
  records(page: number): number {
    const known = this.pages.get(page);
    return this.start + (known ?? this.allocate(page)) * RECORD_PAGE_SIZE;
  }

  private allocate(page: number): number {
    if (this.free.length === 0 && this.used === this.capacity) this.clear();
    const index = this.free.pop() ?? this.used++;
    this.compiled?.renew(index);
    const at = this.start + index * RECORD_PAGE_SIZE;
    if (index < this.fresh) this.bytes.fill(0, at, at + RECORD_PAGE_SIZE);
    else this.fresh = index + 1;
    this.view.setUint16(at + PAGE_RECORDS * RECORD_SIZE, Special.pageEnd, true);
    this.pages.set(page, index);
    this.pageOf[index] = page;
    this.writes[index] = 0;
    const host = this.hostOf(page);
    this.hosts[index] = host;
    this.mark(index, 1);
    for (const tlb of this.tlbs) tlb.dropWrites(host);
    return index;
  }

  /** Keeps the map of pages with code. */
  private mark(index: number, change: number): void {
    const host = this.hosts[index]!;
    if (host !== -1) this.codeMap[((host >>> 0) - this.memory.start) / PAGE_BYTES]! += change;
  }
  private hostOf(page: number): number {
    const region = this.memory.find(page * PAGE_BYTES);
    return region === undefined ? -1 : region.host + (page * PAGE_BYTES - region.base);
  }

  /** Drops the compiled code of a physical page; false when there is none. */
  dropCompiled(page: number): boolean {
    const index = this.pages.get(page);
    return index !== undefined && (this.compiled?.drop(index) ?? false);
  }
  /** Index and first byte of the page of records that `ip` is in. */
  pageOfRecord(ip: number): { readonly page: number; readonly start: number } {
    const page = Math.floor((ip - this.start) / RECORD_PAGE_SIZE);
    return { page, start: this.start + page * RECORD_PAGE_SIZE };
  }
  /** Physical address of the instruction whose record is at `ip`. */
  addressOf(ip: number): number {
    const offset = ip - this.start;
    const index = Math.floor(offset / RECORD_PAGE_SIZE);
    return this.pageOf[index]! * PAGE_BYTES + ((offset % RECORD_PAGE_SIZE) / RECORD_SIZE) * 4;
  }

  /**
   * Bytes of a physical page were, or will be, written. `ip`: the record that is executing, whose page stays;
   * -1 when none is.
   */
  written(page: number, offset: number, size: number, ip: number): void {
    const index = this.pages.get(page);
    if (index === undefined) return;
    this.compiled?.drop(index);
    const at = this.start + index * RECORD_PAGE_SIZE;
    const last = Math.min(offset + size, PAGE_BYTES);
    this.sequences.ended(at + (offset & -4) * 4);
    for (let o = offset & -4; o < last; o += 4) this.view.setUint16(at + o * 4, Special.decode, true);
    const executing = ip >= at && ip < at + RECORD_PAGE_SIZE;
    if (++this.writes[index]! > WRITES_BEFORE_DROP && !executing) this.drop(page, index);
  }

  /** A physical page is going to have other contents, zeros when there are none: what differs is decoded anew. */
  replaced(page: number, now: Uint8Array, contents: Uint8Array | undefined): void {
    const index = this.pages.get(page);
    if (index === undefined) return;
    let changed = false;
    const at = this.start + index * RECORD_PAGE_SIZE;
    for (let o = 0; o < PAGE_BYTES; o++) {
      if (now[o] === (contents?.[o] ?? 0)) continue;
      changed = true;
      o &= -4;
      this.sequences.ended(at + o * 4);
      this.view.setUint16(at + o * 4, Special.decode, true);
      o += 3;
    }
    if (changed) this.compiled?.drop(index);
  }

  /** The instruction at `offset` of a physical page is to be decoded anew; its bytes have not changed. */
  renew(page: number, offset: number): void {
    const index = this.pages.get(page);
    if (index === undefined) return;
    this.compiled?.drop(index, false);
    const ip = this.start + index * RECORD_PAGE_SIZE + (offset & -4) * 4;
    this.sequences.ended(ip);
    this.view.setUint16(ip, Special.decode, true);
  }

  private drop(page: number, index: number): void {
    this.compiled?.renew(index);
    this.pages.delete(page);
    this.pageOf[index] = -1;
    this.mark(index, -1);
    this.free.push(index);
    for (const tlb of this.tlbs) tlb.dropFetches(this.start + index * RECORD_PAGE_SIZE);
  }

  /** Drops everything. No record may be executing. */
  clear(): void {
    this.compiled?.dropAll();
    this.pages.clear();
    this.free.length = 0;
    this.used = 0;
    this.codeMap.fill(0);
    for (const tlb of this.tlbs) tlb.flushFetches();
  }
}
