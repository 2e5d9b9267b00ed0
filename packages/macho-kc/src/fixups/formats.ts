/** How a pointer format gives unauthenticated targets. */
export type TargetKind = 'address' | 'offset' | 'cache' | 'segment';

/** Key of an authenticated pointer. */
export const KEYS = ['IA', 'IB', 'DA', 'DB'] as const;
export type Key = (typeof KEYS)[number];

/** One bit field: lowest bit and width. */
export interface BitField {
  readonly shift: number;
  readonly width: number;
}
type Fields = Readonly<Record<string, BitField>>;

/** A chained pointer format of mach-o/fixup-chains.h, or one of XNU's older ones. */
export interface PointerFormat {
  readonly id: number;
  readonly name: string;
  /** Bytes of a pointer: 4 or 8. */
  readonly size: 4 | 8;
  /** Bytes that `next` counts in. */
  readonly stride: number;
  readonly target: TargetKind;
  readonly rebase: Fields;
  readonly authRebase?: Fields;
  readonly bind?: Fields;
  readonly authBind?: Fields;
  /** `next`, at the same place in all variants. */
  readonly next: BitField;
  /** Bits that tell the variants apart. */
  readonly bindBit?: number;
  readonly authBit?: number;
}

/** Fields written least significant first, as the header declares them: `target:36 high8:8 ...`. */
function fields(text: string): Fields {
  let shift = 0;
  const out: Record<string, BitField> = {};
  for (const part of text.split(' ')) {
    const [name, width] = part.split(':');
    out[name!] = { shift, width: Number(width) };
    shift += Number(width);
  }
  if (shift !== 64 && shift !== 32) throw new Error(`${text}: ${shift} bits`);
  return out;
}

function format(
  id: number,
  name: string,
  stride: number,
  target: TargetKind,
  variants: { rebase: string; authRebase?: string; bind?: string; authBind?: string },
): PointerFormat {
  const rebase = fields(variants.rebase);
  const top = Object.values(rebase).reduce((sum, f) => sum + f.width, 0);
  const bindBit = rebase.bind?.shift;
  const authBit = rebase.auth?.shift;
  return {
    id,
    name,
    size: top === 64 ? 8 : 4,
    stride,
    target,
    rebase,
    next: rebase.next!,
    ...(variants.authRebase === undefined ? {} : { authRebase: fields(variants.authRebase) }),
    ...(variants.bind === undefined ? {} : { bind: fields(variants.bind) }),
    ...(variants.authBind === undefined ? {} : { authBind: fields(variants.authBind) }),
    ...(bindBit === undefined ? {} : { bindBit }),
    ...(authBit === undefined ? {} : { authBit }),
  };
}

const arm64e = {
  rebase: 'target:43 high8:8 next:11 bind:1 auth:1',
  authRebase: 'target:32 diversity:16 addrDiv:1 key:2 next:11 bind:1 auth:1',
  bind: 'ordinal:16 zero:16 addend:19 next:11 bind:1 auth:1',
  authBind: 'ordinal:16 zero:16 diversity:16 addrDiv:1 key:2 next:11 bind:1 auth:1',
};
const arm64e24 = {
  ...arm64e,
  bind: 'ordinal:24 zero:8 addend:19 next:11 bind:1 auth:1',
  authBind: 'ordinal:24 zero:8 diversity:16 addrDiv:1 key:2 next:11 bind:1 auth:1',
};
const ptr64 = {
  rebase: 'target:36 high8:8 zero:7 next:12 bind:1',
  bind: 'ordinal:24 addend:8 zero:19 next:12 bind:1',
};
const cacheFields = 'target:30 cacheLevel:2 diversity:16 addrDiv:1 key:2 next:12 auth:1';
const cache = { rebase: cacheFields, authRebase: cacheFields };

/** Every pointer format, by its number in mach-o/fixup-chains.h. */
export const POINTER_FORMATS: readonly PointerFormat[] = [
  format(1, 'DYLD_CHAINED_PTR_ARM64E', 8, 'address', arm64e),
  format(2, 'DYLD_CHAINED_PTR_64', 4, 'address', ptr64),
  format(3, 'DYLD_CHAINED_PTR_32', 4, 'address', {
    rebase: 'target:26 next:5 bind:1',
    bind: 'ordinal:20 addend:6 next:5 bind:1',
  }),
  format(4, 'DYLD_CHAINED_PTR_32_CACHE', 4, 'offset', { rebase: 'target:30 next:2' }),
  format(5, 'DYLD_CHAINED_PTR_32_FIRMWARE', 4, 'address', { rebase: 'target:26 next:6' }),
  format(6, 'DYLD_CHAINED_PTR_64_OFFSET', 4, 'offset', ptr64),
  format(7, 'DYLD_CHAINED_PTR_ARM64E_KERNEL', 4, 'offset', arm64e),
  format(8, 'DYLD_CHAINED_PTR_64_KERNEL_CACHE', 4, 'cache', cache),
  format(9, 'DYLD_CHAINED_PTR_ARM64E_USERLAND', 8, 'offset', arm64e),
  format(10, 'DYLD_CHAINED_PTR_ARM64E_FIRMWARE', 4, 'address', arm64e),
  format(11, 'DYLD_CHAINED_PTR_X86_64_KERNEL_CACHE', 1, 'cache', cache),
  format(12, 'DYLD_CHAINED_PTR_ARM64E_USERLAND24', 8, 'offset', arm64e24),
  format(13, 'DYLD_CHAINED_PTR_ARM64E_SHARED_CACHE', 8, 'offset', {
    rebase: 'target:34 high8:8 zero:10 next:11 auth:1',
    authRebase: 'target:34 diversity:16 addrDiv:1 keyIsData:1 next:11 auth:1',
  }),
  format(14, 'DYLD_CHAINED_PTR_ARM64E_SEGMENTED', 4, 'segment', {
    rebase: 'target:28 segment:4 zero:19 next:12 auth:1',
    authRebase: 'target:28 segment:4 diversity:16 addrDiv:1 key:2 next:12 auth:1',
  }),
];

/** Pointers of `__TEXT,__thread_starts`, not in fixup-chains.h; the stride comes with the starts. */
export const threadedFormat = (stride: number): PointerFormat => ({
  ...format(-1, '__thread_starts', stride, 'address', {
    rebase: 'target:43 high8:8 next:11 bind:1 auth:1',
    authRebase: 'target:32 diversity:16 addrDiv:1 key:2 next:11 bind:1 auth:1',
  }),
});

/** A whole address in a word without a chain: classic relocations and `_PrelinkLinkKASLROffsets`. */
export const PLAIN_FORMAT: PointerFormat = {
  id: -2,
  name: 'plain',
  size: 8,
  stride: 8,
  target: 'address',
  rebase: {},
  next: { shift: 0, width: 0 },
};

const BY_ID = new Map(POINTER_FORMATS.map(row => [row.id, row]));
/** Format of a number. */
export const pointerFormat = (id: number): PointerFormat | undefined => BY_ID.get(id);

const two32 = 0x100000000;
/** Value of a field in a word given as its low and high halves. Fields of up to 53 bits. */
export function extract(lo: number, hi: number, { shift, width }: BitField): number {
  if (shift >= 32) return width === 32 ? hi >>> 0 : (hi >>> (shift - 32)) & (2 ** width - 1);
  if (shift + width <= 32) return width === 32 ? lo >>> 0 : (lo >>> shift) & (2 ** width - 1);
  const low = 32 - shift; // bits that lie in the low half
  const high = width - low;
  return (lo >>> shift) + (high === 32 ? hi >>> 0 : hi & (2 ** high - 1)) * 2 ** low;
}

/** Puts a field's value into a word. */
export function insert(word: bigint, { shift, width }: BitField, value: number | bigint): bigint {
  const mask = (1n << BigInt(width)) - 1n;
  const v = BigInt(value);
  return (word & ~(mask << BigInt(shift))) | ((v & mask) << BigInt(shift));
}

/** Whether `value` fits a field. */
export const fitsField = ({ width }: BitField, value: bigint): boolean => value >= 0n && value >> BigInt(width) === 0n;

/** The word of two halves. */
export const joinWord = (lo: number, hi: number): bigint => BigInt(hi >>> 0) * BigInt(two32) + BigInt(lo >>> 0);
