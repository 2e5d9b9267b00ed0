/**
 * Pointer authentication without codes: PAC leaves the pointer as it is, AUT accepts every pointer, PACGA is a fixed
 * hash. Consistent with itself, which is all that software may rely on.
 */
import { routine } from '../spec/routines.js';
import { doubles, writeDoubles } from './vector.js';

const GENERIC = 4;
routine('pauth', (view, at, p) => {
  if ((p & 7) !== GENERIC) return;
  const [x, modifier] = doubles(view, at);
  const mixed = BigInt.asUintN(64, (x ^ (modifier >> 7n) ^ (modifier << 57n)) * 0x9e3779b97f4a7c15n);
  writeDoubles(view, at, mixed & 0xffffffff00000000n, 0n);
});
/** XPACI, XPACD: bits 54 to 48 and the top byte become copies of bit 55. */
routine('strip', (view, at) => {
  const [x] = doubles(view, at);
  const high = 0xffff000000000000n;
  writeDoubles(view, at, x & (1n << 55n) ? x | high : x & ~high, 0n);
});
