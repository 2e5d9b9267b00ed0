import { ByteSink } from './sink.js';

const HASHES = 1 << 14;
const WAYS = 4;
const MAX_DISTANCE = 0xffff;
/** Literals that may wait for a match before they are written. */
const MAX_BACKLOG = 400;
/** Bytes at the end that no match may begin in, so that 4-byte reads stay inside. */
const MARGIN = 8;

/** A match found: where it begins and ends, its distance, and the bytes it saves. */
interface Match {
  begin: number;
  end: number;
  distance: number;
  gain: number;
}

const none = (): Match => ({ begin: 0, end: 0, distance: 0, gain: 0 });

function literalOpcodes(out: ByteSink, source: Uint8Array, from: number, to: number): void {
  while (to - from > 15) {
    const count = Math.min(to - from, 271);
    out.byte(0xe0);
    out.byte(count - 16);
    out.bytes(source, from, from + count);
    from += count;
  }
  if (to > from) {
    out.byte(0xe0 | (to - from));
    out.bytes(source, from, to);
  }
}

/** Writes literals `[from, match.begin)` and the match, choosing the shortest opcode for its distance. */
function matchOpcodes(out: ByteSink, source: Uint8Array, from: number, match: Match, previous: number): void {
  let literals = match.begin - from;
  if (literals > 3) {
    literalOpcodes(out, source, from, match.begin);
    from = match.begin;
    literals = 0;
  }
  const { distance } = match;
  let length = match.end - match.begin;
  let first = Math.min(length, 10 - 2 * literals);
  length -= first;
  if (distance === previous) {
    if (literals === 0) out.byte(0xf0 | first);
    else out.byte((literals << 6) | ((first - 3) << 3) | 6);
  } else if (distance < 0x600) {
    out.byte((distance >> 8) | (literals << 6) | ((first - 3) << 3));
    out.byte(distance & 0xff);
  } else if (distance >= 0x4000 || length === 0 || first + length > 34) {
    out.byte((literals << 6) | ((first - 3) << 3) | 7);
    out.byte(distance & 0xff);
    out.byte(distance >> 8);
  } else {
    first += length;
    length = 0;
    out.byte(0xa0 | ((first - 3) >> 2) | (literals << 3));
    out.byte(((distance << 2) & 0xff) | ((first - 3) & 3));
    out.byte(distance >> 6);
  }
  out.bytes(source, from, from + literals);
  while (length > 15) {
    const count = Math.min(length, 271);
    out.byte(0xf0);
    out.byte(count - 16);
    length -= count;
  }
  if (length > 0) out.byte(0xf0 | length);
}

/**
 * Compresses to a raw LZVN stream with its end opcode.
 *
 * @example
 * ```ts
 * import { lzvnEncode } from 'img4/compression';
 *
 * if (lzvnEncode(new Uint8Array(1000)).length > 50) throw new Error('not compressed');
 * ```
 */
export function lzvnEncode(source: Uint8Array): Uint8Array {
  const out = new ByteSink(source.length + (source.length >> 4) + 64);
  const positions = new Int32Array(HASHES * WAYS).fill(-MAX_DISTANCE - 1);
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const size = source.length;
  let literal = 0;
  let previous = 0;
  let pending = none();

  const extend = (at: number, candidate: number): Match | undefined => {
    const distance = at - candidate;
    if (candidate < 0 || distance <= 0 || distance > MAX_DISTANCE) return undefined;
    let end = at;
    while (end < size && source[end] === source[end - distance]) end++;
    if (end - at < 3) return undefined;
    let begin = at;
    while (begin > literal && begin - distance > 0 && source[begin - 1] === source[begin - 1 - distance]) begin--;
    const length = end - begin;
    const cost = distance === previous ? 1 : distance < 0x600 ? 2 : 3;
    return { begin, end, distance, gain: length - cost };
  };
  const emit = (match: Match): void => {
    matchOpcodes(out, source, literal, match, previous);
    previous = match.distance;
    literal = match.end;
    pending = none();
  };

  for (let at = 0; at < size - MARGIN; at++) {
    const word = view.getUint32(at, true) & 0xffffff;
    const slot = ((Math.imul(word, 0x1041) >>> 12) & (HASHES - 1)) * WAYS;
    if (at >= literal) {
      let best: Match | undefined;
      for (let way = 0; way <= WAYS; way++) {
        const candidate = way === WAYS ? (previous === 0 ? -1 : at - previous) : positions[slot + way]!;
        const match = extend(at, candidate);
        if (match && (!best || match.gain > best.gain || (match.gain === best.gain && match.end > best.end + 1)))
          best = match;
      }
      if (!best) {
        if (at - literal >= MAX_BACKLOG) {
          if (pending.end > 0) emit(pending);
          else {
            literalOpcodes(out, source, literal, literal + 271);
            literal += 271;
          }
        }
      } else if (pending.end === 0) pending = best;
      else if (pending.end <= best.begin) {
        emit(pending);
        pending = best;
      } else emit(best.gain > pending.gain ? best : pending);
    }
    positions.copyWithin(slot + 1, slot, slot + WAYS - 1);
    positions[slot] = at;
  }
  if (pending.end > 0) emit(pending);
  literalOpcodes(out, source, literal, size);
  out.bytes(END, 0, END.length);
  return out.take();
}

const END = Uint8Array.of(6, 0, 0, 0, 0, 0, 0, 0);
