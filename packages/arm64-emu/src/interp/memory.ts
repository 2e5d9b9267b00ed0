/** Guest memory accesses: the TLB's fast path inline, the slow path behind a call. */
import type { Access } from '../builder/effects.js';
import { CELL, TLB_ENTRIES, TLB_ENTRY_SIZE, TLB_HASH_SHIFT, TLB_SET } from '../engine/state.js';
import type { Node } from '../ir/index.js';
import { Op } from '../wasm/opcodes.js';
import { BUDGET, type Code, IP } from './code.js';
import { Import, slowInfo } from './imports.js';

const PAGE_MASK = -4096n;
const ADDEND = 8;
/** VA bits 12 and up, as a byte offset into an array of entries. */
const INDEX_SHIFT = 8;
const INDEX_MASK = (TLB_ENTRIES - 1) * TLB_ENTRY_SIZE;

/** Pushes the address of the entry for the VA in local `va`, relative to the set's array. */
export function tlbEntry(c: Code, va: () => void, unprivileged = false): void {
  const page = (shift: number): void => {
    va();
    c.u8(Op.i32Wrap);
    c.i32(shift);
    c.u8(Op.i32ShrU);
  };
  page(INDEX_SHIFT);
  page(INDEX_SHIFT + TLB_HASH_SHIFT);
  c.u8(Op.i32Xor);
  c.i32(INDEX_MASK);
  c.u8(Op.i32And);
  c.tlb(unprivileged);
  c.u8(Op.i32Add);
}

/** Pages that code keeps outside of the TLB. */
export interface KeptRange {
  /** Takes a virtual address; pushes whether the access is not known to be there. */
  misses(): void;
  /** Pushes what leads from the low half of an address to memory. */
  addend(): void;
}
/** One page, which may become another one. */
export interface KeptPage extends KeptRange {
  /** Keeps the page of an address, with what leads to its memory. */
  learn(va: () => void, addend: () => void): void;
}

/**
 * Leaves the host address of the access in a local. On a miss, `values` go to the bounce buffer: the slow path may
 * perform the store from there. Branches to `fault` when the access cannot be done.
 */
function hostAddress(
  c: Code,
  address: Node,
  access: Access,
  write: boolean,
  fault: number,
  values: readonly Node[],
): { local: number } {
  const array = write || access.atomic ? TLB_SET.WRITE : TLB_SET.READ;
  const bytes = access.size * access.count;
  if (address.uses < 2) address.uses = 2;
  c.force(address);
  const va = (): void => c.value(address);
  const entry = c.temp('i32');
  const host = c.temp('i32');
  // What is kept is right as long as no entry is replaced.
  const isPlain = access.align === 1 && !access.unprivileged;
  const writable = write || access.atomic;
  const mayKeep = c.leaveInstead !== undefined && isPlain;
  const kept = mayKeep ? c.keptPage(address, writable) : undefined;
  const range = mayKeep && !kept ? c.keptRange(writable) : undefined;
  const page = kept ?? (mayKeep ? c.nearPage(address, writable) : undefined);
  for (const known of [range, page]) {
    if (!known) continue;
    va();
    known.misses();
    c.open(Op.if);
  }
  tlbEntry(c, va, access.unprivileged);
  c.tee(entry);
  c.raw(Op.i64Load, 3);
  c.u32(array);
  va();
  if (access.align >= bytes) {
    // An aligned access does not cross a page; a misaligned one differs from the tag in its low bits.
    c.i64(PAGE_MASK | BigInt(access.align - 1));
  } else {
    if (bytes > 1) {
      c.i64(BigInt(bytes - 1));
      c.u8(Op.i64Add);
    }
    c.i64(PAGE_MASK);
  }
  c.raw(Op.i64And, Op.i64Ne);
  if (c.leaveInstead !== undefined) {
    c.open(Op.if);
    c.leaveInstead();
    c.close();
    return direct(c, va, entry, array, page, range);
  }
  c.open(Op.if);
  const info = slowInfo(access, write);
  const short = c.miss(va, info, values, access.size);
  if (short === undefined) {
    bounce(c, values, access.size);
    c.sync();
    c.storeAt(Op.i32Store, 2, CELL.IP, () => c.get(IP));
    c.storeAt(Op.i32Store, 2, CELL.BUDGET, () => c.get(BUDGET));
    va();
    c.u8(Op.i32Wrap);
    va();
    c.i64(32n);
    c.raw(Op.i64ShrU, Op.i32Wrap);
    c.i32(info);
    c.call(Import.slow);
  }
  c.tee(entry);
  c.i32(0);
  c.u8(Op.i32LtS);
  c.branch(short ?? fault, Op.brIf);
  c.close();
  va();
  c.u8(Op.i32Wrap);
  addend(c, entry, array);
  c.u8(Op.i32Add);
  c.set(host);
  return { local: host };
}
/** Stores values where the slow path looks for them. */
export function bounce(c: Code, values: readonly Node[], size: Access['size']): void {
  values.forEach((v, i) => {
    c.i32(0);
    c.value(v);
    c.storeSized(size, CELL.BOUNCE + i * size);
  });
}
function addend(c: Code, entry: number, array: number): void {
  c.get(entry);
  c.raw(Op.i32Load, 2);
  c.u32(array + ADDEND);
}
/** The host address where a miss never comes back. */
function direct(
  c: Code,
  va: () => void,
  entry: number,
  array: number,
  page: KeptPage | undefined,
  range: KeptRange | undefined,
): { local: number } {
  const host = c.temp('i32');
  const add = (push: () => void): void => {
    va();
    c.u8(Op.i32Wrap);
    push();
    c.u8(Op.i32Add);
    c.set(host);
  };
  if (page) {
    page.learn(va, () => addend(c, entry, array));
    c.close();
  }
  add(() => (page ? page.addend() : addend(c, entry, array)));
  if (range) {
    c.else();
    add(() => range.addend());
    c.close();
  }
  return { local: host };
}

/** Loads `results` from neighbouring elements. */
export function emitLoad(c: Code, results: readonly Node[], address: Node, access: Access, fault: number): void {
  const host = hostAddress(c, address, access, false, fault, []);
  results.forEach((r, i) => {
    c.get(host.local);
    c.loadSized(access.size, i * access.size);
    r.local = c.temp(r.ty);
    c.set(r.local);
  });
}

/** Stores `values`. */
export function emitStore(c: Code, values: readonly Node[], address: Node, access: Access, fault: number): void {
  for (const v of values) if (!v.isConst) c.force(v);
  const host = hostAddress(c, address, access, true, fault, values);
  values.forEach((v, i) => {
    c.get(host.local);
    c.value(v);
    c.storeSized(access.size, i * access.size);
  });
}
