/** Memory that changes under decoded code: what is dropped, what stays, and which pages were written. */
import type { AttachedCpus } from './attached-cpus.js';
import type { DecodeCache } from './decode-cache.js';
import { DirtyPages } from './dirty-pages.js';
import type { HookedRecords } from './hooked-records.js';
import type { PhysicalMemory } from './physical-memory.js';
import type { SlowPath } from './slow-path.js';
import { CELL } from './state.js';

const PAGE = 4096;

/** Keeps decoded code, translations and the note of written pages true to memory. */
export class CodeMemory {
  /** Decoded code is to be dropped when none of it executes. */
  stale = false;
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;

  constructor(
    buffer: ArrayBufferLike,
    private readonly memory: PhysicalMemory,
    private readonly cpus: AttachedCpus,
    private readonly cache: DecodeCache,
    private readonly hooked: HookedRecords,
    private readonly slowPath: SlowPath,
  ) {
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }

  /** All of memory is other than it was: decoded code and translations are dropped. */
  forget(): void {
    for (const { host, size } of this.memory.regions) this.slowPath.dirty?.mark(host, size);
    this.dropCode();
    for (const tlb of this.cpus.tlbs) tlb.flushAll();
  }
  /** Tells the engine that memory changed (DMA, loading): decoded instructions there are dropped. */
  invalidate(address: number, size: number): void {
    if (this.slowPath.dirty !== undefined) {
      const region = this.memory.find(address);
      if (region !== undefined) this.slowPath.dirty.mark(region.host + (address - region.base), size);
    }
    for (let page = Math.floor(address / PAGE); page * PAGE < address + size; page++) {
      const from = Math.max(address, page * PAGE);
      const to = Math.min(address + size, (page + 1) * PAGE);
      this.cache.written(page, from - page * PAGE, to - from, this.cpus.executing ? this.words[CELL.IP >> 2]! : -1);
    }
  }
  /** Begins to note which pages are written, or begins anew; translations are dropped, decoded code stays. */
  trackWrites(): void {
    this.slowPath.dirty ??= new DirtyPages(this.bytes.byteLength);
    this.slowPath.dirty.clear();
    for (const tlb of this.cpus.tlbs) tlb.flushAll();
  }
  /** Tells that `size` bytes of linear memory changed, of which no code is decoded. */
  noteWrite(host: number, size: number): void {
    this.slowPath.dirty?.mark(host, size);
  }
  /** Numbers of the pages of linear memory that were written since {@link trackWrites}. */
  trackedWrites(): readonly number[] {
    return this.slowPath.dirty?.pages ?? [];
  }
  /** Gives a page of linear memory other contents, zeros when there are none; code in it stays decoded where it is the same. */
  replacePage(host: number, contents: Uint8Array | undefined): void {
    for (const { base, host: start, size } of this.memory.regions) {
      if (host < start || host >= start + size) continue;
      const page = Math.floor((base + (host - start)) / PAGE);
      if (this.cache.has(page)) this.cache.replaced(page, this.bytes.subarray(host, host + PAGE), contents);
    }
    if (contents === undefined) this.bytes.fill(0, host, host + PAGE);
    else this.bytes.set(contents, host);
  }
  /** Decodes instructions anew, by physical address and bytes, or all of them: the observer has other wishes. */
  redecode(address?: number, size = 4): void {
    if (address !== undefined)
      for (let at = address; at < address + size; at += 4) this.cache.renew(Math.floor(at / PAGE), at % PAGE);
    else if (!this.cpus.executing) this.dropCode();
    else this.stale = true;
    if (this.cpus.executing) this.cpus.running.host.attentionWanted = true;
  }
  /** Fetches translate anew: the observer wants to hear of them. */
  refetch(): void {
    for (const tlb of this.cpus.tlbs) tlb.flushFetches();
    if (this.cpus.executing) this.cpus.running.host.attentionWanted = true;
  }
  /** Drops all decoded code, of which none may be executing. */
  dropCode(): void {
    this.stale = false;
    this.cache.clear();
    this.hooked.forget();
  }
}
