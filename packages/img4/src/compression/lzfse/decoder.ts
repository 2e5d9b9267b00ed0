import { Img4Error } from '../../error.js';
import type { BlockDecoder } from './block.js';
import { MAGIC } from './constants.js';
import { fixedHeaderSize, type LzfseHeader, readBlockHeader, readLzfseHeader } from './header.js';
import { HISTORY, TRIPLE_ROOM, WINDOW_SIZE } from './limits.js';
import { LZVN_ROOM, LzvnBlock } from './lzvn.js';
import { ByteSink } from './sink.js';
import { blockDecoder } from './wasm-block.js';

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
/** Positions in the window before which output is written. */
const CAPACITY = WINDOW_SIZE - 64;

/**
 * Decompresses an LZFSE stream in pieces: {@link push} what comes, in any cut, until {@link done}. Output goes to
 * `write` in pieces that are only valid during the call. Memory stays below 1 MiB, beside what `push` is given and
 * one block that is not complete.
 *
 * @example
 * ```ts
 * import { LzfseDecoder, lzfseEncode } from 'img4/compression';
 *
 * const stream = lzfseEncode(new Uint8Array(300_000));
 * let size = 0;
 * const decoder = new LzfseDecoder(piece => {
 *   size += piece.length;
 * });
 * for (let at = 0; at < stream.length; at += 100) decoder.push(stream.subarray(at, at + 100));
 * decoder.finish();
 * if (size !== 300_000) throw new Error('lost output');
 * ```
 */
export class LzfseDecoder {
  /** Whether the end of the stream was met. What is pushed after it is counted in {@link unused}. */
  done = false;
  /** Bytes pushed after the end of the stream. */
  unused = 0;
  private made: BlockDecoder | undefined;
  /** Input that is not complete enough to decode, and how much of it is needed to go on. */
  private readonly waiting = new ByteSink(0);
  private need = 0;
  /** Stream offset of the first byte that waits. */
  private offset = 0;
  private block: { kind: 'raw' | 'lzvn'; offset: number; payload: number; raw: number; lzvn?: LzvnBlock } | undefined;
  private at = 0;
  private written = 0;
  private total = 0;
  private released = false;

  /**
   * @param write takes each piece of output; it is a view of a buffer that is used again
   * @param maxSize most bytes the result may have
   */
  constructor(
    private readonly write: (piece: Uint8Array) => void,
    private readonly maxSize = Number.POSITIVE_INFINITY,
  ) {}

  /** Takes input. */
  push(input: Uint8Array): void {
    if (this.released && !this.done) throw this.fail('corrupt', 'the decoder has failed before', this.offset);
    if (this.done) {
      this.unused += input.length;
      return;
    }
    const source = this.waiting.size > 0 ? this.collect(input) : input;
    if (source === undefined) return;
    let used: number;
    this.need = 0;
    try {
      used = this.consume(source);
    } catch (error) {
      this.release();
      throw error;
    }
    this.offset += used;
    if (this.done) {
      this.unused = source.length - used;
      this.flush();
      this.release();
      return;
    }
    // A copy: the caller may use its buffer again, and `source` may be the sink's.
    const rest = source.slice(used);
    this.waiting.size = 0;
    this.waiting.bytes(rest, 0, rest.length);
  }

  /** Puts `input` behind what waits; gives all of it once that is enough to go on. */
  private collect(input: Uint8Array): Uint8Array | undefined {
    this.waiting.bytes(input, 0, input.length);
    return this.waiting.size < this.need ? undefined : this.waiting.view();
  }

  /** Checks that the stream is complete. */
  finish(): void {
    if (this.done) return;
    this.release();
    throw this.fail('truncated', 'the stream ends before its end block', this.offset);
  }

  /** Gives the memory back, done or not; nothing can be pushed afterwards. */
  release(): void {
    this.made?.release();
    this.made = undefined;
    this.released = true;
  }

  /** Made when the first block needs it: input that is no stream costs nothing. */
  private get decoder(): BlockDecoder {
    return (this.made ??= blockDecoder());
  }

  private fail(code: 'truncated' | 'corrupt' | 'too-large', reason: string, offset: number): Img4Error {
    return new Img4Error(code, reason, { offset, path: 'lzfse' });
  }

  private flush(): void {
    if (this.at > this.written) this.write(this.decoder.window.subarray(this.written, this.at));
    this.written = this.at;
  }

  /** Writes out what is decoded and keeps the history. */
  private slide(): void {
    this.flush();
    const delta = this.at - HISTORY;
    if (delta <= 0) return;
    this.decoder.window.copyWithin(0, delta, this.at);
    this.at = this.written = HISTORY;
  }

  /** Decodes what is complete in `source`; returns how many bytes were used. */
  private consume(source: Uint8Array): number {
    const view = viewOf(source);
    let at = 0;
    while (!this.done) {
      if (this.block) {
        this.need = 0;
        const used = this.block.kind === 'raw' ? this.raw(source, at) : this.lzvn(source, at);
        at += used;
        if (this.block) return at;
        continue;
      }
      const left = source.length - at;
      const offset = this.offset + at;
      this.need = left < 4 ? 4 : fixedHeaderSize(view.getUint32(at, true), offset);
      if (left < this.need) return at;
      const header = readBlockHeader(view, at, offset);
      if (header.magic === MAGIC.END) {
        this.done = true;
        return at + 4;
      }
      const { headerSize, payloadSize, rawSize } = header;
      if (header.magic === MAGIC.RAW || header.magic === MAGIC.LZVN) {
        this.count(rawSize, offset);
        const kind = header.magic === MAGIC.RAW ? 'raw' : 'lzvn';
        this.block = { kind, offset, payload: payloadSize, raw: rawSize };
        if (kind === 'lzvn') this.block.lzvn = new LzvnBlock(offset + headerSize);
        at += headerSize;
        continue;
      }
      this.need = headerSize;
      if (left < headerSize) return at;
      const full = readLzfseHeader(view, at, header, offset);
      // Bit reads take whole words, so a block waits for the magic after it.
      this.need = headerSize + payloadSize + 4;
      if (left < this.need) return at;
      this.count(rawSize, offset);
      this.triples(view, at + headerSize, full, offset);
      at += headerSize + payloadSize;
    }
    return at;
  }

  private count(rawSize: number, offset: number): void {
    this.total += rawSize;
    if (this.total > this.maxSize)
      throw this.fail('too-large', `the stream declares over ${this.maxSize} bytes`, offset);
  }

  /** A block may make less than its header says, as in the reference decoder: the triples decide. Never more. */
  private triples(view: DataView, payload: number, header: LzfseHeader, offset: number): void {
    const { decoder } = this;
    decoder.begin(view, payload, header, offset);
    let left = header.rawSize;
    while (decoder.pending) {
      const end = this.at + left;
      const reached = decoder.fast(this.at, Math.min(end, CAPACITY) - TRIPLE_ROOM);
      left -= reached - this.at;
      this.at = reached;
      if (end <= CAPACITY) this.at = decoder.careful(this.at, end);
      else if (decoder.pending) this.slide();
    }
  }

  private raw(source: Uint8Array, at: number): number {
    const block = this.block!;
    let used = 0;
    while (block.raw > 0 && at + used < source.length) {
      if (this.at >= CAPACITY) this.slide();
      const count = Math.min(block.raw, source.length - at - used, CAPACITY - this.at);
      this.decoder.window.set(source.subarray(at + used, at + used + count), this.at);
      this.at += count;
      block.raw -= count;
      used += count;
    }
    if (block.raw === 0) this.block = undefined;
    return used;
  }

  private lzvn(source: Uint8Array, start: number): number {
    const block = this.block!;
    const lzvn = block.lzvn!;
    let at = start;
    while (!lzvn.done) {
      const readAll = source.length - at >= block.payload;
      const end = readAll ? at + block.payload : source.length;
      const writeAll = this.at + block.raw <= CAPACITY;
      const limit = writeAll ? this.at + block.raw : CAPACITY;
      const before = this.at;
      this.at = lzvn.run(source, at, end, this.decoder.window, before, limit, readAll, writeAll);
      block.raw -= this.at - before;
      block.payload -= lzvn.position - at;
      at = lzvn.position;
      if (lzvn.done) break;
      if (!writeAll && this.at > limit - LZVN_ROOM) this.slide();
      else if (!readAll) return at - start;
      else throw this.fail('corrupt', 'the LZVN block does not end with its end opcode', block.offset);
    }
    if (block.payload !== 0 || block.raw !== 0)
      throw this.fail(
        'corrupt',
        `the LZVN block ends with ${block.payload} bytes unread and ${block.raw} unmade`,
        block.offset,
      );
    this.block = undefined;
    return at - start;
  }
}
