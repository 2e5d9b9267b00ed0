/** Writing functions of the walker: variables, memory and conditions as typed values. */
import { Code } from '../interp/code.js';
import { I32, I64, i32, type Node, Node as Tree } from '../ir/index.js';
import { Op } from '../wasm/opcodes.js';

/** A local. Reading it gives what it holds where the value is used. */
export class Variable<T extends I32 | I64> {
  constructor(
    private readonly code: WalkCode,
    private readonly index: number,
    private readonly make: (node: Node) => T,
    private readonly ty: 'i32' | 'i64',
  ) {}
  get value(): T {
    return this.make(new Tree('local', this.ty, [], this.index));
  }
  set value(to: T) {
    this.code.value(to.node);
    this.take();
  }
  /** Sets it to what is on the stack. */
  take(): void {
    this.code.set(this.index);
  }
}

/** Loads and how the emitter calls them. */
const LOADS = {
  load8: [Op.i32Load8U, 0],
  load32: [Op.i32Load, 2],
  load64: [Op.i64Load, 3],
} as const;
const isLoad = (op: string): op is keyof typeof LOADS => op in LOADS;
const STORES = { store16: [Op.i32Store16, 1], store32: [Op.i32Store, 2], store64: [Op.i64Store, 3] } as const;

/** Code of one function with three i32 parameters. */
export class WalkCode extends Code {
  /** A parameter. */
  parameter(index: 0 | 1 | 2): I32 {
    return this.variableAt(index).value;
  }
  variable(first: I32): Variable<I32> {
    const v = this.variableAt(this.newLocal('i32'));
    v.value = first;
    return v;
  }
  wide(first: I64): Variable<I64> {
    const v = new Variable(this, this.newLocal('i64'), node => new I64(node), 'i64');
    v.value = first;
    return v;
  }
  private variableAt(index: number): Variable<I32> {
    return new Variable(this, index, node => new I32(node), 'i32');
  }

  /** What is at `address` plus `offset`, read where the value is used. */
  load8(address: I32, offset = 0): I32 {
    return new I32(new Tree('load8', 'i32', [address.node], offset));
  }
  load32(address: I32, offset = 0): I32 {
    return new I32(new Tree('load32', 'i32', [address.node], offset));
  }
  load64(address: I32, offset = 0): I64 {
    return new I64(new Tree('load64', 'i64', [address.node], offset));
  }
  /** A cell. */
  cell32(address: number): I32 {
    return this.load32(i32(0), address);
  }
  cell64(address: number): I64 {
    return this.load64(i32(0), address);
  }
  store(op: keyof typeof STORES, address: I32, offset: number, value: I32 | I64): void {
    this.value(address.node);
    this.value(value.node);
    this.raw(...STORES[op]);
    this.u32(offset);
  }

  /** What follows is done only if the condition holds. */
  when(condition: I32, body: () => void, otherwise?: () => void): void {
    this.value(condition.node);
    this.open(Op.if);
    body();
    if (otherwise !== undefined) {
      this.else();
      otherwise();
    }
    this.close();
  }
  /** Branches to the block that was opened at `depth` if the condition holds. */
  leaveIf(condition: I32, depth: number): void {
    this.value(condition.node);
    this.branch(depth, Op.brIf);
  }
  /** Returns from the function. */
  give(value: I32): void {
    this.value(value.node);
    this.u8(Op.return);
  }
  /** Calls a function with three i32 arguments; its result is on the stack, or dropped. */
  callWith(index: number, args: readonly [I32, I32, I32], keep = false): void {
    for (const a of args) this.value(a.node);
    this.call(index);
    if (!keep) this.u8(Op.drop);
  }

  protected override leaf(n: Node): void {
    if (n.op === 'local') {
      this.get(n.k as number);
      return;
    }
    if (!isLoad(n.op)) throw new Error(`the walker cannot emit ${n.op}`);
    this.value(n.args[0]!);
    this.raw(...LOADS[n.op]);
    this.u32(n.k as number);
  }
}
