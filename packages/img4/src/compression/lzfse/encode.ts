import { concatBytes } from '../../bytes.js';
import { MAGIC } from './constants.js';
import type { BlockEncoder } from './encode-block.js';
import { lzvnEncode } from './lzvn-encode.js';
import { ENCODER_WINDOW } from './match-finder.js';
import { ByteSink } from './sink.js';
import { matchFinder } from './wasm-match-finder.js';

/** Inputs below this size compress better with LZVN. */
const LZVN_BELOW = 4096;

function word(out: ByteSink, value: number): void {
  for (let shift = 0; shift < 32; shift += 8) out.byte((value >>> shift) & 0xff);
}

function rawBlock(out: ByteSink, source: Uint8Array, from: number, to: number): void {
  word(out, MAGIC.RAW);
  word(out, to - from);
  out.bytes(source, from, to);
}

/** A whole stream for an input that is too short for LZFSE. */
function shortStream(source: Uint8Array, out: ByteSink): void {
  const body = source.length < 8 ? source : lzvnEncode(source);
  if (body.length + 4 < source.length) {
    word(out, MAGIC.LZVN);
    word(out, source.length);
    word(out, body.length);
    out.bytes(body, 0, body.length);
  } else if (source.length > 0) rawBlock(out, source, 0, source.length);
  word(out, MAGIC.END);
}

/**
 * Compresses to an LZFSE stream; inputs below 4 KiB use LZVN, incompressible ones are stored.
 *
 * @example
 * ```ts
 * import { lzfseDecode, lzfseEncode } from 'img4/compression';
 *
 * const data = new Uint8Array(100_000).map((_, i) => i % 50);
 * const stream = lzfseEncode(data);
 * if (stream.length > 2000 || lzfseDecode(stream).data.length !== data.length) throw new Error('round trip failed');
 * ```
 */
export function lzfseEncode(data: Uint8Array): Uint8Array {
  const encoder = new LzfseEncoder();
  return concatBytes([encoder.push(data), encoder.finish()]);
}

/**
 * Compresses in pieces with bounded memory (2 MiB): {@link push} input as it comes, then {@link finish}. The stream
 * does not depend on how the input is cut.
 *
 * @example
 * ```ts
 * import { LzfseEncoder, lzfseDecode } from 'img4/compression';
 *
 * const encoder = new LzfseEncoder();
 * const pieces = [encoder.push(new Uint8Array(5000)), encoder.push(new Uint8Array(5000)), encoder.finish()];
 * const stream = Uint8Array.from(pieces.flatMap(piece => [...piece]));
 * if (lzfseDecode(stream).data.length !== 10_000) throw new Error('round trip failed');
 * ```
 */
export class LzfseEncoder {
  private readonly out = new ByteSink(1 << 18);
  private readonly finder = matchFinder((block, end) => this.flush(block, end));
  private size = 0;
  private total = 0;

  /** Writes the block, or its bytes as they are where that is shorter and they are still there. */
  private flush(block: BlockEncoder, end: number): void {
    const { rawSize } = block;
    const start = this.out.size;
    block.flush(this.out);
    if (this.out.size - start <= rawSize + 8 || end < rawSize) return;
    this.out.size = start;
    rawBlock(this.out, this.finder.window, end - rawSize, end);
  }

  /** Takes input and returns the output that it completes. */
  push(input: Uint8Array): Uint8Array {
    const { finder } = this;
    for (let at = 0; at < input.length; ) {
      if (this.size === ENCODER_WINDOW) {
        finder.run(this.size);
        this.size -= finder.slide(this.size);
      }
      const count = Math.min(input.length - at, ENCODER_WINDOW - this.size);
      finder.window.set(input.subarray(at, at + count), this.size);
      at += count;
      this.size += count;
      this.total += count;
    }
    return this.out.take();
  }

  /** Ends the stream and returns the rest of the output. */
  finish(): Uint8Array {
    if (this.total < LZVN_BELOW) shortStream(this.finder.window.subarray(0, this.size), this.out);
    else {
      this.finder.run(this.size);
      this.finder.finish(this.size);
      word(this.out, MAGIC.END);
    }
    this.finder.release();
    return this.out.take();
  }
}
