/** Condition flags. */
import type { Flags } from '../a64/spec/index.js';
import type { I32, I64, Int } from '../ir/index.js';

/** N Z C V in bits 3-0. */
export function packFlags(f: Flags): I32 {
  if (f.kind === 'packed') return f.a.lo32();
  // Both operands have the instruction's width.
  return f.a.bits === 32 ? pack<I32>(f, f.a as I32, f.b as I32) : pack<I64>(f, f.a as I64, f.b as I64);
}

function pack<W extends Int<W>>({ kind }: Flags, a: W, b: W): I32 {
  const r = kind === 'add' ? a.add(b) : kind === 'sub' ? a.sub(b) : a;
  const nz = r.ltS(0).shl(3).or(r.isZero().shl(2));
  if (kind === 'logic') return nz;
  const carry = kind === 'add' ? r.ltU(a) : a.geU(b);
  const overflow = (kind === 'add' ? a.xor(r).and(b.xor(r)) : a.xor(b).and(a.xor(r))).ltS(0);
  return nz.or(carry.shl(1)).or(overflow);
}

function maskOf(c: number): number {
  let mask = 0;
  for (let nzcv = 0; nzcv < 16; nzcv++) {
    const [N, Z, C, V] = [(nzcv & 8) !== 0, (nzcv & 4) !== 0, (nzcv & 2) !== 0, (nzcv & 1) !== 0];
    const holds = [Z, C, N, V, C && !Z, N === V, N === V && !Z, true][c >> 1]!;
    // AL and NV both always hold.
    if (c >= 14 || holds !== ((c & 1) !== 0)) mask |= 1 << nzcv;
  }
  return mask;
}
const MASKS = Array.from({ length: 16 }, (_, c) => maskOf(c));
/** Bit n of the mask says whether condition `c` holds for NZCV = n. */
export const conditionMask = (c: number): number => MASKS[c]!;
