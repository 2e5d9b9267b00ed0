/** Functions that the generated code imports, and the types of its own. */
import type { Access } from '../builder/effects.js';
import type { FuncImport, FuncType } from '../wasm/module.js';

/** Indices into {@link FUNC_TYPES}. */
export const FuncTypes = { slow: 0, handler: 1, unary: 2, sysWrite: 3, decode: 4, binary: 5 } as const;

export const FUNC_TYPES: readonly FuncType[] = [
  { params: ['i32', 'i32', 'i32'], results: ['i32'] },
  { params: ['i32', 'i32', 'i32'], results: ['i32'] },
  { params: ['i32'], results: ['i32'] },
  { params: ['i32', 'i64'], results: ['i32'] },
  { params: ['i32'], results: [] },
  { params: ['i32', 'i32'], results: [] },
];

/** Imported functions, by index. */
export const IMPORTS: readonly FuncImport[] = [
  // (lo, hi, info): address of a TLB entry relative to the array's, or -1
  { name: 'slow', type: FuncTypes.slow },
  // (key): value in BOUNCE; negative when it trapped
  { name: 'sysRead', type: FuncTypes.unary },
  // (key, value): SysResult
  { name: 'sysWrite', type: FuncTypes.sysWrite },
  // (record): decodes the instruction
  { name: 'decode', type: FuncTypes.decode },
  // (kind): record of the jump's target, or -1
  { name: 'jump', type: FuncTypes.unary },
  // (operation, param)
  { name: 'fp', type: FuncTypes.binary },
  // (number, param)
  { name: 'routine', type: FuncTypes.binary },
  // (record): reason to leave instead of executing, or CONTINUE
  { name: 'check', type: FuncTypes.unary },
  // (record): handler of the instruction after its observer was asked, or -1 with the reason in its cell
  { name: 'hook', type: FuncTypes.unary },
  // (reason): the same, or another, behind an instruction that ended a block
  { name: 'after', type: FuncTypes.unary },
];
/** Indices of the imported functions. */
export const Import = {
  slow: 0,
  sysRead: 1,
  sysWrite: 2,
  decode: 3,
  jump: 4,
  fp: 5,
  routine: 6,
  check: 7,
  hook: 8,
  after: 9,
} as const;

/** The `info` argument of `slow`. */
export const SlowInfo = {
  /** log2 of an element's bytes in bits 2:0, count - 1 in bit 3, log2 of the alignment in bits 6:4. */
  write: 0x80,
  unprivileged: 0x100,
  /** A read that needs write permission. */
  atomic: 0x200,
  /** Acquires or releases, and is no part of an atomic or exclusive access. */
  ordered: 0x400,
} as const;

/** Packs an access for `slow`. */
export function slowInfo(access: Access, write: boolean): number {
  return (
    Math.log2(access.size) |
    ((access.count - 1) << 3) |
    (Math.log2(access.align) << 4) |
    (write ? SlowInfo.write : 0) |
    (access.unprivileged ? SlowInfo.unprivileged : 0) |
    (access.atomic ? SlowInfo.atomic : 0) |
    (access.ordered ? SlowInfo.ordered : 0)
  );
}
