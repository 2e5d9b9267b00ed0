/** A growing buffer with WebAssembly's number encodings. */
export class Writer {
  private buffer: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 10);
  /** Bytes written so far. */
  length = 0;

  private room(n: number): void {
    if (this.length + n <= this.buffer.length) return;
    const larger = new Uint8Array(this.buffer.length * 2 + n);
    larger.set(this.buffer);
    this.buffer = larger;
  }
  u8(x: number): void {
    this.room(1);
    this.buffer[this.length++] = x;
  }
  raw(...bytes: number[]): void {
    for (const b of bytes) this.u8(b);
  }
  bytes(a: Uint8Array): void {
    this.room(a.length);
    this.buffer.set(a, this.length);
    this.length += a.length;
  }
  /** Unsigned LEB128. */
  u32(value: number): void {
    let x = value >>> 0;
    while (x > 0x7f) {
      this.u8((x & 0x7f) | 0x80);
      x >>>= 7;
    }
    this.u8(x);
  }
  /** Signed LEB128. */
  s32(value: number): void {
    let x = value | 0;
    for (;;) {
      const low = x & 0x7f;
      x >>= 7;
      if ((x === 0 && (low & 0x40) === 0) || (x === -1 && (low & 0x40) !== 0)) {
        this.u8(low);
        return;
      }
      this.u8(low | 0x80);
    }
  }
  s64(value: bigint): void {
    let x = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(x & 0x7fn);
      x >>= 7n;
      if ((x === 0n && (low & 0x40) === 0) || (x === -1n && (low & 0x40) !== 0)) {
        this.u8(low);
        return;
      }
      this.u8(low | 0x80);
    }
  }
  /** A name: length and ASCII bytes. */
  name(text: string): void {
    this.u32(text.length);
    for (const c of text) this.u8(c.charCodeAt(0));
  }
  /** What was written. */
  result(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.length);
  }
}
