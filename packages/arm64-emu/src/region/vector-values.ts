/** What a value is to the registers of a region: a whole register, or a vector that is made of one double. */
import { constant, lowLane, type Node } from '../ir/index.js';
import { registerAt, vectorAt } from './registers.js';

/** The double, or its bits, that a vector has in lane 0 beside a zero; undefined when it is not made so. */
export function lowDouble(n: Node): Node | undefined {
  if (n.op === 'f64x2.put0' || n.op === 'i64x2.put0') return lowLane(n);
  if (!n.isConst) return undefined;
  const bytes = n.k as Uint8Array;
  if (bytes.subarray(8).some(b => b !== 0)) return undefined;
  return constant('i64', new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
}

/** The register that a leaf is, as it is kept in a local. */
export function wholeRegister(n: Node): number | undefined {
  if (n.op === 'state') return registerAt(n.k as number);
  return n.op === 'vector' ? vectorAt(n.k as number) : undefined;
}
