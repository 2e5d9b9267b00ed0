import { Random } from './random.js';
import { CASE_BYTES, GUEST, GUEST_CODE, GUEST_VECTOR, OPERATIONS } from './translation-guest.js';

/** One case, unpacked for reports. */
export interface TranslationCase {
  readonly tcr: bigint;
  readonly ttbr1: bigint;
  readonly mair: bigint;
  readonly va: bigint;
  readonly operation: (typeof OPERATIONS)[number];
  readonly pan: boolean;
}

const bits = (r: Random, n: number): bigint =>
  ((BigInt(r.next()) << 32n) | BigInt(r.next())) & ((1n << BigInt(n)) - 1n);
const pick = <T>(r: Random, ...list: readonly T[]): T => list[r.below(list.length)]!;
const flag = (r: Random, percent: number): bigint => (r.below(100) < percent ? 1n : 0n);

/** A page of the tables, of RAM, or of nothing: no machine has anything above `virt`'s PCIe window at 1 TiB. */
function page(r: Random): bigint {
  const where = r.below(11);
  if (where < 8) return BigInt(GUEST.tables + r.below(GUEST.tableSize / 0x1000) * 0x1000);
  if (where < 10) return BigInt(0x4000_0000 + r.below(0x8000) * 0x1000);
  return (bits(r, 48) & ~0xfffn) | (1n << BigInt(40 + r.below(8)));
}

function descriptor(r: Random): bigint {
  if (r.chance(12)) return 0n;
  const type = pick(r, 3n, 3n, 3n, 3n, 1n, 1n, 0n, 2n);
  // Blocks always have AF and never DBM: at a level where only QEMU takes them, it would change them.
  const block = type === 1n;
  const attributes =
    (bits(r, 3) << 2n) |
    (flag(r, 10) << 5n) |
    (bits(r, 4) << 6n) |
    ((block ? 1n : flag(r, 85)) << 10n) |
    (bits(r, 1) << 11n);
  const upper =
    ((block ? 0n : flag(r, 20)) << 51n) | (flag(r, 20) << 52n) | (flag(r, 30) << 53n) | (flag(r, 30) << 54n);
  const table = (flag(r, 10) << 59n) | (flag(r, 10) << 60n) | (flag(r, 15) << 61n) | (flag(r, 15) << 62n);
  return page(r) | type | attributes | upper | table;
}

function makeCase(r: Random): TranslationCase {
  const granule = pick(r, 1n, 2n, 2n, 3n);
  const size = r.chance(10) ? r.below(64) : pick(r, 16, 17, 20, 24, 25, 25, 28, 30, 32, 33, 34, 36, 38, 39, 40, 44, 48);
  const hardware = flag(r, 30);
  const tcr =
    25n |
    (BigInt(size) << 16n) |
    (granule << 30n) |
    (BigInt(r.below(6)) << 32n) |
    0x3500_3500n |
    (flag(r, 5) << 23n) |
    (flag(r, 30) << 38n) |
    (hardware << 39n) |
    ((hardware & flag(r, 50)) << 40n) |
    (flag(r, 20) << 42n);
  const align = pick(r, 0x40, 0x1000, 0x4000, 0x10000);
  const near = BigInt(GUEST.tables + r.below(GUEST.tableSize / align) * align);
  const ttbr1 = r.chance(30) ? (bits(r, 48) & ~0xfffn) | (1n << BigInt(40 + r.below(8))) : near;
  let va = bits(r, 64) | (1n << 55n);
  if (!r.chance(14)) va |= ~((1n << BigInt(64 - size)) - 1n);
  if (r.chance(3)) va = (va & ~(0xffn << 56n)) | (bits(r, 8) << 56n);
  const operation = pick(r, ...OPERATIONS);
  // Loads stay aligned: Device memory is not the question here.
  va = BigInt.asUintN(64, operation.startsWith('LD') ? va & ~7n : va);
  let mair = 0xff00n;
  for (let n = 2; n < 8; n++) mair |= BigInt(pick(r, 0, 4, 8, 0xc, 0x44, 0xff, 0xbb, 0x4f, 0xf4)) << BigInt(8 * n);
  return { tcr, ttbr1, mair, va, operation, pan: r.chance(2) };
}

/** A memory image from `GUEST.code` on, with `count` random cases and random tables, and the cases themselves. */
export function translationImage(seed: number, count: number): { image: Uint8Array; cases: TranslationCase[] } {
  const r = new Random(seed);
  const image = new Uint8Array(GUEST.tables + GUEST.tableSize - GUEST.code);
  const view = new DataView(image.buffer);
  GUEST_CODE.forEach((word, n) => {
    view.setUint32(4 * n, word, true);
  });
  view.setUint32(GUEST.fault, GUEST_VECTOR, true);
  const first = GUEST.cases - GUEST.code;
  if (first + CASE_BYTES * (count + 1) > GUEST.tables - GUEST.code) throw new RangeError(`${count} cases are too many`);
  view.setBigUint64(first, BigInt(count), true);
  const cases = Array.from({ length: count }, () => makeCase(r));
  cases.forEach((c, n) => {
    const { tcr, ttbr1, mair, va, operation, pan } = c;
    const values = [tcr, ttbr1, mair, va, BigInt(OPERATIONS.indexOf(operation)), pan ? 1n << 22n : 0n];
    values.forEach((value, k) => {
      view.setBigUint64(first + CASE_BYTES * (n + 1) + 8 * k, value, true);
    });
  });
  for (let at = GUEST.tables - GUEST.code; at < image.length; at += 8) view.setBigUint64(at, descriptor(r), true);
  return { image, cases };
}
