import { Img4Error } from '../../error.js';

/** Bytes that one opcode and its literals take at most, and bytes it makes at most. */
export const LZVN_ROOM = 2 + 271 + 8;

/**
 * Decodes LZVN. Opcodes come before their literals; a distance stays until another is given. One instance decodes one
 * block, in one go or piece by piece.
 */
export class LzvnBlock {
  private distance = 0;
  /** Whether the end-of-stream opcode was met. */
  done = false;
  /** Where the last {@link run} stopped reading. */
  position = 0;
  /** Bytes that earlier runs read, and where this one began. */
  private consumed = 0;
  private start = 0;

  /** @param offset where errors say the block's payload is, in bytes of the input */
  constructor(private readonly offset: number) {}

  private fail(code: 'truncated' | 'corrupt', reason: string, at: number): Img4Error {
    return new Img4Error(code, reason, { offset: this.offset + this.consumed + at - this.start, path: 'lzvn' });
  }

  /**
   * Decodes opcodes from `source[at..end)` to `out[to..limit)` until the end opcode. It stops early when less than
   * {@link LZVN_ROOM} bytes are left to read or to write, unless `readAll` or `writeAll` says that no more will come.
   * Returns the position after the last byte written.
   */
  run(
    source: Uint8Array,
    at: number,
    end: number,
    out: Uint8Array,
    to: number,
    limit: number,
    readAll = true,
    writeAll = true,
  ): number {
    let { distance } = this;
    this.start = at;
    const readStop = readAll ? end : end - LZVN_ROOM;
    const writeStop = writeAll ? limit : limit - LZVN_ROOM;
    while (at < readStop && to <= writeStop) {
      const start = at;
      const opcode = source[at]!;
      let literals = 0;
      let match = 0;
      if (opcode >= 0xe0) {
        // 1110LLLL and 1111MMMM, with 16 + the next byte when the low bits are 0.
        let count = opcode & 0xf;
        at++;
        if (count === 0) count = 16 + (at < end ? source[at++]! : this.cut(start));
        if (opcode >= 0xf0) match = count;
        else literals = count;
      } else if (opcode >= 0xa0 && opcode < 0xc0) {
        // 101LLMMM DDDDDDMM DDDDDDDD
        if (end - at < 3) throw this.fail('truncated', 'an opcode is cut off', start);
        const low = source[at + 1]!;
        literals = (opcode >> 3) & 3;
        match = (((opcode & 7) << 2) | (low & 3)) + 3;
        distance = (low >> 2) | (source[at + 2]! << 6);
        at += 3;
      } else if (opcode >= 0xd0 || (opcode >= 0x70 && opcode < 0x80)) {
        throw this.fail('corrupt', `opcode 0x${opcode.toString(16)} is undefined`, start);
      } else {
        // LLMMM and three bits: 111 a 16-bit distance, 110 the previous one, else the top of an 11-bit one.
        literals = opcode >> 6;
        match = ((opcode >> 3) & 7) + 3;
        const low = opcode & 7;
        if (low === 6 && literals === 0) {
          if (opcode === 0x06) {
            if (end - at < 8) throw this.fail('truncated', 'the end opcode is cut off', start);
            this.done = true;
            at += 8;
            break;
          }
          if (opcode !== 0x0e && opcode !== 0x16)
            throw this.fail('corrupt', `opcode 0x${opcode.toString(16)} is undefined`, start);
          at++;
          continue;
        }
        if (low === 7) {
          if (end - at < 3) throw this.fail('truncated', 'an opcode is cut off', start);
          distance = source[at + 1]! | (source[at + 2]! << 8);
          at += 3;
        } else if (low === 6) at++;
        else {
          if (end - at < 2) throw this.fail('truncated', 'an opcode is cut off', start);
          distance = (low << 8) | source[at + 1]!;
          at += 2;
        }
      }
      if (literals > end - at) throw this.fail('truncated', `${literals} literals are cut off`, start);
      if (literals + match > limit - to) throw this.fail('corrupt', 'the block holds more than its header says', start);
      for (let i = 0; i < literals; i++) out[to++] = source[at++]!;
      if (match > 0) {
        if (distance === 0 || distance > to)
          throw this.fail('corrupt', `distance ${distance} reaches before the output`, start);
        for (let i = to - distance, stop = to + match; to < stop; ) out[to++] = out[i++]!;
      }
    }
    this.distance = distance;
    this.position = at;
    this.consumed += at - this.start;
    this.start = at;
    return to;
  }

  private cut(at: number): never {
    throw this.fail('truncated', 'an opcode is cut off', at);
  }
}
