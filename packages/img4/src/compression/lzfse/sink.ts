/** A growing output. */
export class ByteSink {
  private data: Uint8Array;
  size = 0;

  constructor(capacity = 1024) {
    this.data = new Uint8Array(capacity);
  }

  /** Makes room for `count` bytes more. Returns the buffer, to be written at {@link size}. */
  reserve(count: number): Uint8Array {
    if (this.data.length - this.size < count) {
      const larger = new Uint8Array(Math.max(this.size + count, Math.ceil(this.data.length * 1.5)));
      larger.set(this.data.subarray(0, this.size));
      this.data = larger;
    }
    return this.data;
  }
  byte(value: number): void {
    this.reserve(1)[this.size++] = value;
  }
  bytes(source: Uint8Array, from: number, to: number): void {
    this.reserve(to - from).set(source.subarray(from, to), this.size);
    this.size += to - from;
  }
  /** What was written, as a view that the next write may outdate. */
  view(): Uint8Array {
    return this.data.subarray(0, this.size);
  }
  /** What was written, as a copy of just that size; the sink is empty afterwards. */
  take(): Uint8Array {
    const made = this.data.slice(0, this.size);
    this.size = 0;
    return made;
  }
}
