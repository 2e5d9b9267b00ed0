/** Which pages of linear memory were written since the marks were last cleared. */

const PAGE_BITS = 12;

/**
 * Filled where writes come by anyway: a write TLB entry is made by the slow path, and devices and the host announce what
 * they change. Whoever clears the marks has to drop the write entries of every TLB.
 *
 * @example
 * const dirty = new DirtyPages(engine.buffer.byteLength);
 * dirty.mark(host, 8);
 * dirty.pages; // [host >> 12]
 */
export class DirtyPages {
  private readonly marks: Uint8Array;
  private list: number[] = [];

  /** `size`: bytes of linear memory. */
  constructor(size: number) {
    this.marks = new Uint8Array(Math.ceil(size / 2 ** PAGE_BITS));
  }

  /** Numbers of the written pages, in the order of the first write to each. */
  get pages(): readonly number[] {
    return this.list;
  }

  /** `size` bytes at `host` in linear memory were, or are going to be, written. */
  mark(host: number, size: number): void {
    const last = (host + size - 1) >>> PAGE_BITS;
    for (let page = host >>> PAGE_BITS; page <= last; page++) {
      if (this.marks[page] !== 0) continue;
      this.marks[page] = 1;
      this.list.push(page);
    }
  }

  clear(): void {
    for (const page of this.list) this.marks[page] = 0;
    this.list = [];
  }
}
