/** Comparison of what the emulator and QEMU did. */
import * as p from './protocol.js';
import type { Outcome } from './subject.js';

/** What QEMU says about a test, with the ways in which a branch can arrive taken as success. */
export function expected(result: DataView, at: number, pc: number): Outcome {
  const signal = result.getUint32(at, true);
  const where = result.getBigUint64(at + 8, true);
  const memory = result.getUint32(at + 4, true);
  if (signal !== 0 && where !== BigInt(pc)) return { signal: 0, address: 0n, pc: where, memory };
  const address = signal === p.Signal.SEGV || signal === p.Signal.BUS ? result.getBigUint64(at + 16, true) : 0n;
  return { signal, address, pc: where, memory };
}

const FPSR_MASK = 0x0800009f;
/** A Linux process has TBI: the top byte of an address does not count. */
const untagged = (a: bigint): bigint => BigInt.asUintN(56, a);
/** The host's kernel gives no address for accesses to non-canonical ones, and Linux keeps 47 bits. */
const unreported = (ours: Outcome, theirs: Outcome): boolean =>
  theirs.address === 0n && ours.address >= 1n << 47n && ours.address < 1n << 64n;
/** The first difference, or nothing. */
export function difference(ours: Outcome, theirs: Outcome, a: Uint8Array, b: Uint8Array): string | undefined {
  const hex = (v: bigint | number): string => `0x${v.toString(16)}`;
  if (ours.signal !== theirs.signal) return `signal ${ours.signal}, QEMU ${theirs.signal}`;
  if (untagged(ours.pc) !== untagged(theirs.pc)) return `pc ${hex(ours.pc)}, QEMU ${hex(theirs.pc)}`;
  if (untagged(ours.address) !== untagged(theirs.address) && !unreported(ours, theirs))
    return `fault address ${hex(ours.address)}, QEMU ${hex(theirs.address)}`;
  if (ours.memory !== theirs.memory) return `memory ${hex(ours.memory)}, QEMU ${hex(theirs.memory)}`;
  if (Buffer.compare(a.subarray(0, p.FPSR), b.subarray(0, p.FPSR)) === 0) {
    const [x, y] = [a, b].map(s => new DataView(s.buffer, s.byteOffset).getUint32(p.FPSR, true) & FPSR_MASK);
    return x === y ? undefined : `fpsr ${hex(x!)}, QEMU ${hex(y!)}`;
  }
  const [x, y] = [a, b].map(s => new DataView(s.buffer, s.byteOffset, p.STATE_BYTES)) as [DataView, DataView];
  for (let i = 0; i < 32; i++) {
    const [k, q] = [x.getBigUint64(p.X + i * 8, true), y.getBigUint64(p.X + i * 8, true)];
    if (k !== q) return `x${i} ${hex(k)}, QEMU ${hex(q)}`;
  }
  for (let i = 0; i < 64; i++) {
    const [k, q] = [x.getBigUint64(p.V + i * 8, true), y.getBigUint64(p.V + i * 8, true)];
    if (k !== q) return `v${i >> 1}.d[${i & 1}] ${hex(k)}, QEMU ${hex(q)}`;
  }
  if (x.getUint32(p.NZCV, true) !== y.getUint32(p.NZCV, true))
    return `nzcv ${x.getUint32(p.NZCV, true)}, QEMU ${y.getUint32(p.NZCV, true)}`;
  return `fpcr ${hex(x.getUint32(p.FPCR, true))}, QEMU ${hex(y.getUint32(p.FPCR, true))}`;
}

/** A hash of everything that {@link difference} looks at. */
export function fingerprint(outcome: Outcome, state: Uint8Array): number {
  const view = new DataView(state.buffer, state.byteOffset, p.STATE_BYTES);
  let hash = 0x811c9dc5;
  const mix = (v: number): void => {
    hash = Math.imul(hash ^ v, 0x01000193);
    hash ^= hash >>> 15;
  };
  for (let i = 0; i < p.FPSR; i += 4) mix(view.getUint32(i, true));
  mix(view.getUint32(p.FPSR, true) & FPSR_MASK);
  // Addresses that QEMU's host does not report count as 0.
  for (const v of [untagged(outcome.pc), outcome.address < 1n << 47n ? outcome.address : 0n]) {
    mix(Number(v & 0xffffffffn));
    mix(Number(v >> 32n));
  }
  mix(outcome.signal);
  mix(outcome.memory);
  return hash >>> 0;
}
