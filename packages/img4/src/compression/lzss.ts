import { Img4Error } from '../error.js';
import { DEFAULT_MAX_SIZE, type Decompressed, type DecompressOptions } from './lzfse/decode.js';
import { accelerator, release } from './wasm.js';

/** Bytes of the window, longest match, and longest length that is not worth a match. */
export const LZSS_WINDOW = 4096;
export const LZSS_LONGEST = 18;
export const LZSS_THRESHOLD = 2;
/** Where the first byte goes in the window, which is filled with spaces before. */
export const LZSS_START = LZSS_WINDOW - LZSS_LONGEST;
export const LZSS_FILL = 0x20;

/** Bytes of input that a group of a flag byte and eight items takes at most, and bytes of output it makes at most. */
const GROUP_IN = 17;
const GROUP_OUT = 8 * LZSS_LONGEST;
const INPUT = 65536;
const OUTPUT = LZSS_WINDOW + 262144;

/**
 * Bytes that a stream decodes to: a pass over its flags and lengths.
 *
 * @example
 * ```ts
 * import { lzssEncode, lzssSize } from 'img4/compression';
 *
 * if (lzssSize(lzssEncode(new Uint8Array(1000))) !== 1000) throw new Error('another size');
 * ```
 */
export function lzssSize(bytes: Uint8Array): number {
  let size = 0;
  let at = 0;
  while (at < bytes.length) {
    let flags = bytes[at++]! | 0x100;
    for (; flags !== 1 && at < bytes.length; flags >>= 1) {
      if (flags & 1) {
        size++;
        at++;
      } else if (at + 1 < bytes.length) {
        size += (bytes[at + 1]! & 0xf) + LZSS_THRESHOLD + 1;
        at += 2;
      } else throw new Img4Error('truncated', 'a match is cut off', { offset: at, path: 'lzss' });
    }
  }
  return size;
}

/** Decodes whole groups while both sides have room; the window's bytes before the output are history. */
interface GroupDecoder {
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  /** Returns the new output position; `consumed` is the new input position. */
  groups(size: number, to: number, end: number): number;
  consumed(): number;
  /** Gives its memory back; it is not used afterwards. */
  release(): void;
}

/** Where the bytes of a match at window position `position` are, for output position `to`. */
function source(to: number, position: number): number {
  const back = (LZSS_START + to - position) & (LZSS_WINDOW - 1);
  return to - (back === 0 ? LZSS_WINDOW : back);
}

class ScriptGroups implements GroupDecoder {
  readonly input = new Uint8Array(INPUT);
  readonly output = new Uint8Array(OUTPUT + 32);
  private at = 0;

  groups(size: number, to: number, end: number): number {
    const { input, output } = this;
    let at = 0;
    while (at + GROUP_IN <= size && to + GROUP_OUT <= end) {
      const flags = input[at++]!;
      for (let bit = 1; bit < 0x100; bit <<= 1) {
        if (flags & bit) output[to++] = input[at++]!;
        else {
          const high = input[at + 1]!;
          let from = source(to, input[at]! | ((high & 0xf0) << 4));
          at += 2;
          for (const stop = to + (high & 0xf) + LZSS_THRESHOLD + 1; to < stop; ) output[to++] = output[from++]!;
        }
      }
    }
    this.at = at;
    return to;
  }
  consumed(): number {
    return this.at;
  }
  release(): void {
    idle = new WeakRef(this);
  }
}

/** The last instance that was given back: its buffers are used again, unless they are collected first. */
let idle: WeakRef<ScriptGroups> | undefined;

function scriptGroups(): ScriptGroups {
  const again = idle?.deref();
  idle = undefined;
  return again ?? new ScriptGroups();
}

function groupDecoder(): GroupDecoder {
  const wasm = accelerator('lzss_decode');
  if (!wasm) return scriptGroups();
  const consumed = new Int32Array(wasm.memory, wasm.address('consumed'), 1);
  return {
    input: new Uint8Array(wasm.memory, wasm.address('input'), INPUT),
    output: new Uint8Array(wasm.memory, wasm.address('output'), OUTPUT + 32),
    groups: (size, to, end) => wasm.call.groups!(size, to, end),
    consumed: () => consumed[0]!,
    release: () => release('lzss_decode', wasm),
  };
}

/**
 * Decompresses an LZSS stream in pieces: {@link push} what comes, in any cut, then {@link finish}. Output goes to
 * `write` in pieces that are only valid during the call. Memory stays below 512 KB.
 *
 * @example
 * ```ts
 * import { LzssDecoder, lzssEncode } from 'img4/compression';
 *
 * let size = 0;
 * const decoder = new LzssDecoder(piece => {
 *   size += piece.length;
 * });
 * decoder.push(lzssEncode(new Uint8Array(1000)));
 * decoder.finish();
 * if (size !== 1000) throw new Error('lost output');
 * ```
 */
export class LzssDecoder {
  /** Bytes decoded, and bytes of input they took. */
  produced = 0;
  consumed = 0;
  private readonly decoder = groupDecoder();
  private have = 0;
  private at = LZSS_WINDOW;
  private written = LZSS_WINDOW;

  /**
   * @param write takes each piece of output; it is a view of a buffer that is used again
   * @param size bytes to decode, when known; input after them is not looked at
   */
  constructor(
    private readonly write: (piece: Uint8Array) => void,
    private readonly size = Number.POSITIVE_INFINITY,
  ) {
    this.decoder.output.fill(LZSS_FILL, 0, LZSS_WINDOW);
  }

  /** Takes input. */
  push(input: Uint8Array): void {
    const { decoder } = this;
    for (let at = 0; at < input.length; ) {
      const count = Math.min(input.length - at, INPUT - this.have);
      if (count === 0) return;
      decoder.input.set(input.subarray(at, at + count), this.have);
      at += count;
      this.have += count;
      this.drain();
    }
  }

  private drain(): void {
    const { decoder } = this;
    for (;;) {
      const end = Math.min(OUTPUT, this.at + this.size - this.produced);
      const to = decoder.groups(this.have, this.at, end);
      this.advance(to, decoder.consumed());
      if (this.have < GROUP_IN || this.at + GROUP_OUT <= OUTPUT) return;
      this.slide();
    }
  }

  private advance(to: number, used: number): void {
    this.decoder.input.copyWithin(0, used, this.have);
    this.have -= used;
    this.consumed += used;
    this.produced += to - this.at;
    this.at = to;
  }

  private slide(): void {
    const { output } = this.decoder;
    this.write(output.subarray(this.written, this.at));
    // By whole windows, so that window positions keep their meaning.
    const delta = (this.at - LZSS_WINDOW) & -LZSS_WINDOW;
    output.copyWithin(0, delta, this.at);
    this.at -= delta;
    this.written = this.at;
  }

  /** Decodes the end of the stream. The decoder is not used afterwards. */
  finish(): void {
    try {
      this.tail();
    } finally {
      this.decoder.release();
    }
  }

  private tail(): void {
    const { input, output } = this.decoder;
    const fail = (code: 'truncated' | 'corrupt', reason: string, at: number): Img4Error =>
      new Img4Error(code, reason, { offset: this.consumed + at, path: 'lzss' });
    this.slide();
    let at = 0;
    let to = this.at;
    const end = this.at + this.size - this.produced;
    while (at < this.have && to < end) {
      if (to + GROUP_OUT > OUTPUT) {
        this.advance(to, at);
        this.tail();
        return;
      }
      const flags = input[at++]!;
      for (let bit = 1; bit < 0x100 && at < this.have && to < end; bit <<= 1) {
        if (flags & bit) {
          output[to++] = input[at++]!;
          continue;
        }
        if (at + 1 >= this.have) throw fail('truncated', 'a match is cut off', at);
        const high = input[at + 1]!;
        const length = (high & 0xf) + LZSS_THRESHOLD + 1;
        if (length > end - to) throw fail('corrupt', `a match passes the ${this.size} declared bytes`, at);
        let from = source(to, input[at]! | ((high & 0xf0) << 4));
        for (let i = 0; i < length; i++) output[to++] = output[from++]!;
        at += 2;
      }
    }
    this.advance(to, at);
    this.slide();
    if (this.size !== Number.POSITIVE_INFINITY && this.produced !== this.size)
      throw fail('truncated', `the stream ends after ${this.produced} of ${this.size} bytes`, 0);
  }
}

/**
 * Decompresses an LZSS stream (window 4096, matches of 3 to 18, flag bits low first, 1 for a literal).
 *
 * @param size bytes it decodes to; the stream's own length decides when it is not given
 * @throws Img4Error `truncated` when the stream ends before `size` bytes, `corrupt` when a match passes them
 * @example
 * ```ts
 * import { lzssDecode, lzssEncode } from 'img4/compression';
 *
 * const { data } = lzssDecode(lzssEncode(new Uint8Array(1000)), 1000);
 * if (data.length !== 1000) throw new Error('round trip failed');
 * ```
 */
export function lzssDecode(bytes: Uint8Array, size?: number, options: DecompressOptions = {}): Decompressed {
  const maxSize = options.maxSize ?? DEFAULT_MAX_SIZE;
  const total = size ?? lzssSize(bytes);
  if (!Number.isSafeInteger(total) || total < 0)
    throw new Img4Error('out-of-range', `${total} is no size`, { path: 'lzss' });
  if (total > maxSize)
    throw new Img4Error('too-large', `${total} bytes exceed the limit of ${maxSize}`, { path: 'lzss' });
  // Seventeen bytes hold eight matches of 18 at most.
  if (total > bytes.length * 9)
    throw new Img4Error('truncated', `${bytes.length} bytes cannot hold ${total}`, { path: 'lzss', offset: 0 });
  const data = new Uint8Array(total);
  let to = 0;
  const decoder = new LzssDecoder(piece => {
    data.set(piece, to);
    to += piece.length;
  }, total);
  decoder.push(bytes);
  decoder.finish();
  return { data, consumed: decoder.consumed };
}
