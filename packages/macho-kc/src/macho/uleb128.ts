import { MachOError } from '../error.js';

/** Reads ULEB128 and SLEB128 numbers, NUL-terminated text and bytes in order; every read is bounded. */
export class LebCursor {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
    readonly base = 0,
    readonly path = '',
  ) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  /** One byte; throws `truncated` at the end. */
  u8(): number {
    const value = this.bytes[this.at];
    if (value === undefined) throw this.error('truncated', 'ends inside a number');
    this.at++;
    return value;
  }

  /** Unsigned number of at most 53 bits; throws `out-of-range` for a larger one. */
  uleb(): number {
    let value = 0;
    let scale = 1;
    for (let n = 0; n < 10; n++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    throw this.error('out-of-range', 'ULEB128 number of more than 53 bits');
  }

  /** Unsigned number of at most 64 bits. */
  uleb64(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (value >> 64n) break;
        return value;
      }
    }
    throw this.error('out-of-range', 'ULEB128 number of more than 64 bits');
  }

  /** Signed number of at most 64 bits. */
  sleb64(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, byte & 0x40 ? value - (1n << (shift + 7n)) : value);
    }
    throw this.error('out-of-range', 'SLEB128 number of more than 64 bits');
  }

  /** NUL-terminated Latin-1 text. */
  text(): string {
    let text = '';
    for (;;) {
      const byte = this.u8();
      if (byte === 0) return text;
      text += String.fromCharCode(byte);
    }
  }

  error(code: 'truncated' | 'out-of-range' | 'bad-value', reason: string): MachOError {
    return new MachOError(code, reason, { offset: this.base + this.at, path: this.path });
  }
}

/** Appends `value` as ULEB128. */
export function pushUleb(out: number[], value: number | bigint): void {
  let rest = BigInt(value);
  do {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    out.push(rest === 0n ? byte : byte | 0x80);
  } while (rest !== 0n);
}
