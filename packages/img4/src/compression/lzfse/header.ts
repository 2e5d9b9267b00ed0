import { Img4Error } from '../../error.js';
import {
  D,
  L,
  L_VALUES,
  LITERAL,
  LITERALS_PER_BLOCK,
  M,
  M_VALUES,
  MAGIC,
  MATCHES_PER_BLOCK,
  V1_HEADER,
  V2_HEADER,
} from './constants.js';

const FREQUENCIES = L.symbols + M.symbols + D.symbols + LITERAL.symbols;

/** Header of a block, whatever its kind. */
export interface BlockHeader {
  readonly magic: number;
  /** Bytes before the payload. */
  readonly headerSize: number;
  /** Bytes of payload after the header. */
  readonly payloadSize: number;
  /** Bytes the block decodes to. */
  readonly rawSize: number;
}

/** What `bvx1` and `bvx2` headers say beyond that. */
export interface LzfseHeader extends BlockHeader {
  readonly literals: number;
  readonly matches: number;
  readonly literalPayload: number;
  readonly lmdPayload: number;
  readonly literalBits: number;
  readonly lmdBits: number;
  readonly literalStates: readonly [number, number, number, number];
  readonly lState: number;
  readonly mState: number;
  readonly dState: number;
  /** Frequencies of L, M, D and literal symbols, one after the other. */
  readonly frequencies: Uint16Array;
}

const fail = (code: 'truncated' | 'corrupt', reason: string, offset: number): Img4Error =>
  new Img4Error(code, reason, { offset, path: 'lzfse' });

/** Bytes needed to know a block's header size: the whole fixed part. */
export function fixedHeaderSize(magic: number, offset: number): number {
  switch (magic) {
    case MAGIC.END:
      return 4;
    case MAGIC.RAW:
      return 8;
    case MAGIC.LZVN:
      return 12;
    case MAGIC.V1:
      return V1_HEADER;
    case MAGIC.V2:
      return V2_HEADER;
    default:
      throw fail('corrupt', `0x${magic.toString(16).padStart(8, '0')} is no block magic`, offset);
  }
}

/** Reads the sizes in the header at `at`, whose fixed part is there; `offset` is where errors say it is. */
export function readBlockHeader(view: DataView, at: number, offset: number): BlockHeader {
  const magic = view.getUint32(at, true);
  if (magic === MAGIC.END) return { magic, headerSize: 4, payloadSize: 0, rawSize: 0 };
  const rawSize = view.getUint32(at + 4, true);
  if (magic === MAGIC.RAW) return { magic, headerSize: 8, payloadSize: rawSize, rawSize };
  if (magic === MAGIC.LZVN) {
    const payloadSize = view.getUint32(at + 8, true);
    // The densest LZVN opcode makes 271 bytes from 2.
    if (rawSize > payloadSize * 136 + 271) throw fail('corrupt', `${payloadSize} bytes cannot hold ${rawSize}`, offset);
    return { magic, headerSize: 12, payloadSize, rawSize };
  }
  let headerSize = V1_HEADER;
  let payloadSize: number;
  let matches: number;
  if (magic === MAGIC.V1) {
    payloadSize = view.getUint32(at + 20, true) + view.getUint32(at + 24, true);
    matches = view.getUint32(at + 16, true);
  } else {
    const [low, high] = [view.getUint32(at + 8, true), view.getUint32(at + 12, true)];
    payloadSize = ((low >>> 20) | ((high & 0xff) << 12)) + ((view.getUint32(at + 20, true) >>> 8) & 0xfffff);
    matches = (high >>> 8) & 0xfffff;
    headerSize = view.getUint32(at + 24, true);
    if (headerSize < V2_HEADER || headerSize > V2_HEADER + 2 * FREQUENCIES)
      throw fail('corrupt', `the header says it has ${headerSize} bytes`, offset);
  }
  if (matches > MATCHES_PER_BLOCK) throw fail('corrupt', `${matches} matches exceed ${MATCHES_PER_BLOCK}`, offset);
  if (rawSize > matches * (L_VALUES.max + M_VALUES.max))
    throw fail('corrupt', `${matches} matches cannot make ${rawSize} bytes`, offset);
  return { magic, headerSize, payloadSize, rawSize };
}

/** Reads the frequency tables of a `bvx2` header: one prefix code, low bits first. */
function readFrequencies(view: DataView, at: number, size: number, offset: number): Uint16Array {
  const frequencies = new Uint16Array(FREQUENCIES);
  if (size === 0) return frequencies;
  let pool = 0;
  let bits = 0;
  let next = at;
  const end = at + size;
  for (let i = 0; i < FREQUENCIES; i++) {
    while (next < end && bits <= 24) {
      pool |= view.getUint8(next++) << bits;
      bits += 8;
    }
    let width: number;
    if ((pool & 1) === 0) {
      width = 2;
      frequencies[i] = (pool >>> 1) & 1;
    } else if ((pool & 2) === 0) {
      width = 3;
      frequencies[i] = 2 + ((pool >>> 2) & 1);
    } else if ((pool & 4) === 0) {
      width = 5;
      frequencies[i] = 4 + ((pool >>> 3) & 3);
    } else if ((pool & 8) === 0) {
      width = 8;
      frequencies[i] = 8 + ((pool >>> 4) & 0xf);
    } else {
      width = 14;
      frequencies[i] = 24 + ((pool >>> 4) & 0x3ff);
    }
    if (width > bits) throw fail('corrupt', 'the frequency tables are cut off', offset);
    pool >>>= width;
    bits -= width;
  }
  if (bits >= 8 || next !== end) throw fail('corrupt', 'the frequency tables do not fill the header', offset);
  return frequencies;
}

/** Reads all of a `bvx1` or `bvx2` header, which is there in full. */
export function readLzfseHeader(view: DataView, at: number, sizes: BlockHeader, offset: number): LzfseHeader {
  const u16 = (field: number): number => view.getUint16(at + field, true);
  const u32 = (field: number): number => view.getUint32(at + field, true);
  let header: LzfseHeader;
  if (sizes.magic === MAGIC.V1) {
    const frequencies = new Uint16Array(FREQUENCIES);
    for (let i = 0; i < FREQUENCIES; i++) frequencies[i] = u16(50 + 2 * i);
    header = {
      ...sizes,
      literals: u32(12),
      matches: u32(16),
      literalPayload: u32(20),
      lmdPayload: u32(24),
      literalBits: u32(28) | 0,
      literalStates: [u16(32), u16(34), u16(36), u16(38)],
      lmdBits: u32(40) | 0,
      lState: u16(44),
      mState: u16(46),
      dState: u16(48),
      frequencies,
    };
  } else {
    // Three 64-bit words of packed fields, as their low and high halves.
    const [low0, high0, low1, high1, high2] = [u32(8), u32(12), u32(16), u32(20), u32(28)];
    header = {
      ...sizes,
      literals: low0 & 0xfffff,
      literalPayload: (low0 >>> 20) | ((high0 & 0xff) << 12),
      matches: (high0 >>> 8) & 0xfffff,
      literalBits: ((high0 >>> 28) & 7) - 7,
      literalStates: [
        low1 & 0x3ff,
        (low1 >>> 10) & 0x3ff,
        (low1 >>> 20) & 0x3ff,
        (low1 >>> 30) | ((high1 & 0xff) << 2),
      ],
      lmdPayload: (high1 >>> 8) & 0xfffff,
      lmdBits: ((high1 >>> 28) & 7) - 7,
      lState: high2 & 0x3ff,
      mState: (high2 >>> 10) & 0x3ff,
      dState: (high2 >>> 20) & 0x3ff,
      frequencies: readFrequencies(view, at + V2_HEADER, sizes.headerSize - V2_HEADER, offset),
    };
  }
  checkHeader(header, offset);
  return header;
}

function checkHeader(header: LzfseHeader, offset: number): void {
  const limits: [string, number, number][] = [
    ['literals', header.literals, LITERALS_PER_BLOCK],
    ['literalBits', -header.literalBits, 7],
    ['lmdBits', -header.lmdBits, 7],
    ['lState', header.lState, L.states - 1],
    ['mState', header.mState, M.states - 1],
    ['dState', header.dState, D.states - 1],
    ...header.literalStates.map((state): [string, number, number] => ['literalState', state, LITERAL.states - 1]),
  ];
  for (const [name, value, most] of limits)
    if (value < 0 || value > most) throw fail('corrupt', `${name} is ${value}, the most is ${most}`, offset);
  if (header.literals % 4 !== 0) throw fail('corrupt', `${header.literals} literals are no multiple of 4`, offset);
  if (header.lmdPayload > header.matches * 7 + 32)
    throw fail('corrupt', `${header.matches} triples do not take ${header.lmdPayload} bytes`, offset);
  if (header.literalPayload > (header.literals / 4) * 5 + 16)
    throw fail('corrupt', `${header.literals} literals do not take ${header.literalPayload} bytes`, offset);
  let from = 0;
  for (const [name, table] of Object.entries({ L, M, D, LITERAL })) {
    let sum = 0;
    for (const end = from + table.symbols; from < end; from++) sum += header.frequencies[from]!;
    if (sum > table.states) throw fail('corrupt', `the ${name} frequencies add up to ${sum}`, offset);
  }
}
