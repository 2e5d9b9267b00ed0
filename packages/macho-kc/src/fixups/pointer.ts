import { hex, MachOError } from '../error.js';
import { extract, fitsField, insert, joinWord, KEYS, type Key, type PointerFormat } from './formats.js';

/** How a pointer is signed when it is fixed up. */
export interface PointerAuth {
  readonly key: Key;
  /** 16-bit constant discriminator. */
  readonly diversity: number;
  /** Whether the slot's address is blended in. */
  readonly addressDiversity: boolean;
}

/** What a stored pointer says before it is resolved against an image. */
export interface StoredPointer {
  readonly kind: 'rebase' | 'bind';
  /** Rebase: target field as it stands, without `high8`. */
  readonly target: bigint;
  /** Rebase: byte to put on top of the address. */
  readonly high8: number;
  /** Formats 8 and 11: 0 boot, 1 pageable, 3 auxiliary collection. */
  readonly cacheLevel: number;
  /** Format 14: index of the target's segment. */
  readonly segment: number;
  /** Bind: index of the import. */
  readonly ordinal: number;
  /** Bind: signed addend. */
  readonly addend: number;
  readonly auth: PointerAuth | undefined;
  /** Strides to the next slot; 0 ends the chain. */
  readonly next: number;
}

const hasBit = (lo: number, hi: number, bit: number | undefined): boolean =>
  bit !== undefined && ((bit >= 32 ? hi >>> (bit - 32) : lo >>> bit) & 1) !== 0;

/** Reads a stored pointer given as the halves of its word. */
export function decodePointer(format: PointerFormat, lo: number, hi: number): StoredPointer {
  const bind = hasBit(lo, hi, format.bindBit) && format.bind !== undefined;
  const signed = hasBit(lo, hi, format.authBit) && format.authRebase !== undefined;
  const fields =
    (bind ? (signed ? format.authBind : format.bind) : signed ? format.authRebase : format.rebase) ?? format.rebase;
  const get = (name: string): number => {
    const field = fields[name];
    return field === undefined ? 0 : extract(lo, hi, field);
  };
  let addend = get('addend');
  // Only arm64e's 19 bits are signed.
  if (fields.addend?.width === 19 && addend >= 0x40000) addend -= 0x80000;
  return {
    kind: bind ? 'bind' : 'rebase',
    target: bind ? 0n : format.id === -2 ? joinWord(lo, hi) : BigInt(get('target')),
    high8: get('high8'),
    cacheLevel: get('cacheLevel'),
    segment: get('segment'),
    ordinal: get('ordinal'),
    addend,
    auth: signed
      ? {
          key: fields.keyIsData === undefined ? KEYS[get('key')]! : get('keyIsData') ? 'DA' : 'IA',
          diversity: get('diversity'),
          addressDiversity: get('addrDiv') !== 0,
        }
      : undefined,
    next: extract(lo, hi, format.next),
  };
}

/** What {@link encodePointer} is given; absent numbers are 0. */
export type PointerValue = { readonly kind: StoredPointer['kind'] } & Partial<StoredPointer>;

/**
 * The word of a stored pointer. Throws `out-of-range` when a value does not fit its field and `unsupported` when the
 * format has no such variant.
 */
export function encodePointer(format: PointerFormat, value: PointerValue): bigint {
  if (format.id === -2) return value.target ?? 0n;
  const bind = value.kind === 'bind';
  const fields = bind ? (value.auth ? format.authBind : format.bind) : value.auth ? format.authRebase : format.rebase;
  if (fields === undefined)
    throw new MachOError('unsupported', `${format.name} has no ${value.auth ? 'authenticated ' : ''}${value.kind}`);
  let word = 0n;
  const put = (name: string, number: number | bigint | undefined) => {
    const field = fields[name];
    const v = BigInt(number ?? 0);
    if (field === undefined) {
      if (v !== 0n) throw new MachOError('unsupported', `${format.name} has no field ${name}`, { path: name });
      return;
    }
    if (!fitsField(field, v))
      throw new MachOError('out-of-range', `${hex(v)} does not fit ${field.width} bits of ${format.name}`, {
        path: name,
      });
    word = insert(word, field, v);
  };
  if (bind) {
    put('ordinal', value.ordinal);
    const addend = value.addend ?? 0;
    put('addend', addend < 0 && fields.addend?.width === 19 ? addend + 0x80000 : addend);
  } else {
    put('target', value.target);
    put('high8', value.high8);
    put('cacheLevel', value.cacheLevel);
    put('segment', value.segment);
  }
  if (value.auth) {
    if (fields.keyIsData === undefined) put('key', KEYS.indexOf(value.auth.key));
    else put('keyIsData', value.auth.key === 'DA' ? 1 : 0);
    put('diversity', value.auth.diversity);
    put('addrDiv', value.auth.addressDiversity ? 1 : 0);
  }
  put('next', value.next);
  if (format.bindBit !== undefined && bind) word |= 1n << BigInt(format.bindBit);
  if (format.authBit !== undefined && value.auth) word |= 1n << BigInt(format.authBit);
  return word;
}

/** Discriminator that a pointer in the slot at `location` (a run-time address) is signed with. */
export function discriminator(auth: PointerAuth, location: bigint): bigint {
  const diversity = BigInt(auth.diversity);
  if (!auth.addressDiversity) return diversity;
  return auth.diversity === 0 ? location : (location & 0x0000ffffffffffffn) | (diversity << 48n);
}
