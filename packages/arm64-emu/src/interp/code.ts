/** Emits instructions of one function: constants, locals, blocks, and the graphs of values. */
import { CELL } from '../engine/state.js';
import { type Const, findOperation, type Node } from '../ir/index.js';
import { Op, SIMD_PREFIX, Simd, VOID_BLOCK } from '../wasm/opcodes.js';
import { type Ty, VALUE_TYPE } from '../wasm/types.js';
import { Writer } from '../wasm/writer.js';
import type { KeptPage, KeptRange } from './memory.js';
import { ImmediateNode } from './record-builder.js';

/** Parameters of every function of the interpreter. */
export const IP = 0;
export const FLAGS = 1;
export const BUDGET = 2;
const PARAMETERS = 3;

/** Loads by size, zero-extending to i64; 16 is a vector. Alignment hints are log2. */
const LOAD: Record<number, readonly number[]> = {
  1: [Op.i64Load8U, 0],
  2: [Op.i64Load16U, 0],
  4: [Op.i64Load32U, 0],
  8: [Op.i64Load, 0],
  16: [SIMD_PREFIX, Simd.load, 0],
};
const STORE: Record<number, readonly number[]> = {
  1: [Op.i64Store8, 0],
  2: [Op.i64Store16, 0],
  4: [Op.i64Store32, 0],
  8: [Op.i64Store, 0],
  16: [SIMD_PREFIX, Simd.store, 0],
};

/** The code of one function under construction. */
export class Code extends Writer {
  readonly locals: Ty[] = [];
  private readonly pool = new Map<Ty, number[]>();
  private readonly taken = new Map<Ty, number>();
  /** Open blocks. */
  depth = 0;

  newLocal(ty: Ty): number {
    this.locals.push(ty);
    return PARAMETERS + this.locals.length - 1;
  }
  /** A local that is free until `releaseTemps`. */
  temp(ty: Ty): number {
    const pool = this.pool.get(ty) ?? [];
    this.pool.set(ty, pool);
    const k = this.taken.get(ty) ?? 0;
    this.taken.set(ty, k + 1);
    return (pool[k] ??= this.newLocal(ty));
  }
  releaseTemps(): void {
    this.taken.clear();
  }

  /** Bytes from the record at IP to that of the current instruction, in code that does not move IP each time. */
  ahead = 0;

  /** Brings the locals IP, BUDGET and FLAGS up to date, in code that does not keep them so. */
  sync(): void {
    if (this.ahead === 0) return;
    this.get(IP);
    this.i32(this.ahead);
    this.u8(Op.i32Add);
    this.set(IP);
  }
  /** Pushes the first byte of the current TLB set. */
  tlb(unprivileged: boolean): void {
    this.loadAt(Op.i32Load, 2, unprivileged ? CELL.TLB_UNPRIVILEGED : CELL.TLB);
  }
  /**
   * Looks up an address that the TLB does not have, with `values` where a store finds them: pushes what `slow` returns,
   * and gives the block where faults go. Undefined in code that has no shorter way than the common one.
   */
  miss(_va: () => void, _info: number, _values: readonly Node[], _size: number): number | undefined {
    return undefined;
  }
  /** The page that an access probably goes to, where code keeps such; by its address, and whether it has to be writable. */
  keptPage(_address: Node, _write: boolean): KeptPage | undefined {
    return undefined;
  }
  /** The page that an access goes to rather often. */
  nearPage(_address: Node, _write: boolean): KeptPage | undefined {
    return undefined;
  }
  /** A run of pages that an access may go to. */
  keptRange(_write: boolean): KeptRange | undefined {
    return undefined;
  }
  /** Whether this code knows the limits of quick conditions of FP operations. */
  readonly quickLimits: boolean = false;
  /** Leaves before the current instruction, for its handler, where code cannot call for help and go on. */
  leaveInstead: (() => void) | undefined;
  /** The same for floating-point operations that need the exact routines. */
  leaveInexact: (() => void) | undefined;
  /** The same for instructions that trap. */
  leaveTrapped: (() => void) | undefined;

  get(local: number): void {
    this.u8(Op.localGet);
    this.u32(local);
  }
  set(local: number): void {
    this.u8(Op.localSet);
    this.u32(local);
  }
  tee(local: number): void {
    this.u8(Op.localTee);
    this.u32(local);
  }
  i32(k: number): void {
    this.u8(Op.i32Const);
    this.s32(k);
  }
  i64(k: bigint): void {
    this.u8(Op.i64Const);
    this.s64(k);
  }
  call(index: number): void {
    this.u8(Op.call);
    this.u32(index);
  }
  /** Opens a block, loop or if without a result; gives its depth for `branch`. */
  open(op: number): number {
    this.raw(op, VOID_BLOCK);
    return ++this.depth;
  }
  else(): void {
    this.u8(Op.else);
  }
  close(): void {
    this.u8(Op.end);
    this.depth--;
  }
  /** Pushes what the budget allows from the current instruction on, in bytes of records. */
  pushRemaining(): void {
    this.get(BUDGET);
    this.get(IP);
    this.u8(Op.i32Sub);
  }
  /** Opens an if for when the rest of the budget, on the stack, is used up. */
  ifSpent(): void {
    this.i32(0);
    this.u8(Op.i32LeS);
    this.open(Op.if);
  }
  /** Branches to the block that was opened at `depth`. */
  branch(depth: number, op: number = Op.br): void {
    this.u8(op);
    this.u32(this.depth - depth);
  }
  /** Loads from, or stores to, a fixed address; a store's address is pushed first with `i32(0)`. */
  loadAt(op: number, align: number, address: number): void {
    this.i32(0);
    this.raw(op, align);
    this.u32(address);
  }
  storeAt(op: number, align: number, address: number, value: () => void): void {
    this.i32(0);
    value();
    this.raw(op, align);
    this.u32(address);
  }
  /** A guest-sized load or store of what is on the stack, at a constant offset. */
  loadSized(size: number, offset = 0): void {
    this.raw(...LOAD[size]!);
    this.u32(offset);
  }
  storeSized(size: number, offset = 0): void {
    this.raw(...STORE[size]!);
    this.u32(offset);
  }

  constant(ty: Ty, k: Const): void {
    if (ty === 'i32') this.i32(k as number);
    else if (ty === 'i64') this.i64(k as bigint);
    else if (ty === 'f64') {
      this.u8(Op.f64Const);
      this.bytes(new Uint8Array(new Float64Array([k as number]).buffer));
    } else if (ty === 'f32') {
      this.u8(Op.f32Const);
      this.bytes(new Uint8Array(new Float32Array([k as number]).buffer));
    } else {
      this.raw(SIMD_PREFIX, Simd.const);
      this.bytes(k as Uint8Array);
    }
  }

  // ---- graphs
  /** Counts the uses of everything that is reachable from `roots`. */
  count(roots: readonly Node[]): void {
    for (const n of roots) if (n.uses++ === 0) this.count(n.args);
  }
  /** Pushes a value. What is used more than once is kept in a local. */
  value(n: Node): void {
    if (n.isConst) {
      this.constant(n.ty, n.k!);
      return;
    }
    if (n.local >= 0) {
      this.get(n.local);
      return;
    }
    this.compute(n);
    if (n.uses > 1) {
      n.local = this.temp(n.ty);
      this.tee(n.local);
    }
  }
  /** Computes a value into a local now, so that code in a branch and behind it can use it. */
  force(n: Node): void {
    if (n.isConst || n.local >= 0) return;
    this.compute(n);
    n.local = this.temp(n.ty);
    this.set(n.local);
  }
  private compute(n: Node): void {
    if (n.op === 'select') {
      for (const a of n.args) this.value(a);
      if (n.ty === 'v128') this.raw(Op.selectTyped, 1, VALUE_TYPE.v128);
      else this.u8(Op.select);
      return;
    }
    if (n.op === 'i8x16.shuffle') {
      this.value(n.args[0]!);
      this.value(n.args[1]!);
      this.raw(SIMD_PREFIX, Simd.shuffle);
      this.bytes(n.args[2]!.k as Uint8Array);
      return;
    }
    const operation = findOperation(n.op);
    if (!operation) {
      this.leaf(n);
      return;
    }
    for (const a of n.args) this.value(a);
    this.raw(...operation.code);
  }
  /** Leaves of `RecordBuilder`. */
  protected leaf(n: Node): void {
    const k = n instanceof ImmediateNode ? n.place() : (n.k as number);
    switch (n.op) {
      case 'imm32':
        this.fromRecord(Op.i32Load, 2, k);
        return;
      case 'imm64s':
        this.fromRecord(Op.i64Load32S, 2, k);
        return;
      case 'imm64':
        this.fromRecord(Op.i64Load, 3, k);
        return;
      case 'mask':
        this.fromRecord(Op.i32Load16U, 1, k);
        return;
      case 'source':
        this.fromRecord(Op.i32Load16U, 1, k);
        if (n.ty === 'i64') this.raw(Op.i64Load, 3, 0);
        else if (n.ty === 'i32') this.raw(Op.i32Load, 2, 0);
        else this.raw(SIMD_PREFIX, Simd.load, 4, 0);
        return;
      case 'lane1':
      case 'lane2':
      case 'lane4':
      case 'lane8':
        this.fromRecord(Op.i32Load16U, 1, k);
        this.loadSized(Number(n.op.slice(4)));
        return;
      case 'state':
        this.loadAt(Op.i64Load, 3, k);
        return;
      case 'state32':
        this.loadAt(Op.i32Load, 2, k);
        return;
      case 'flags':
        this.get(FLAGS);
        return;
      case 'pc':
        this.pc(k);
        return;
      default:
        throw new Error(`the interpreter cannot emit ${n.op}`);
    }
  }
  /** Loads from the record of the current instruction. */
  fromRecord(op: number, align: number, offset: number): void {
    this.get(IP);
    this.raw(op, align);
    this.u32(this.ahead + offset);
  }
  /** The address of the current instruction plus `offset`. */
  pc(offset: number): void {
    this.get(IP);
    this.i32(2);
    this.raw(Op.i32ShrU, Op.i64ExtendU);
    this.loadAt(Op.i64Load, 3, CELL.PC_BIAS);
    this.u8(Op.i64Add);
    const distance = this.ahead / 4 + offset;
    if (distance === 0) return;
    this.i64(BigInt(distance));
    this.u8(Op.i64Add);
  }
}
