/**
 * The reference evaluator: the builder with every register known, so that every operation folds to a constant.
 * Slow; interpreter and compiler are checked against it.
 */
import {
  type Cell,
  type Cond,
  type CpuEventName,
  callRoutine,
  type Decoded,
  type Element,
  type FpFormat,
  type FpOp,
  type G,
  Imm,
  type Operand,
  routineNumber,
  type Size,
  type V,
} from '../a64/spec/index.js';
import { Builder } from '../builder/builder.js';
import type { Access } from '../builder/effects.js';
import { conditionMask, packFlags } from '../builder/flags.js';
import type { FpRoutine } from '../engine/host.js';
import { CELL, STATE, vAddress, xAddress } from '../engine/state.js';
import { constant, type I32, type I64, type Int, i32, i64, type Node, V128 } from '../ir/index.js';

/** An access that the environment refuses; thrown by `load`, `store`, `sysRead` and `sysWrite`. */
export class EvaluatorFault extends Error {}
/** An instruction raised an exception. */
class Raised extends Error {
  constructor(
    readonly ec: number,
    readonly iss: number,
  ) {
    super('exception');
  }
}

/** Where the evaluator runs. */
export interface EvaluatorEnv {
  /** State block at 0, and the cells behind it. */
  readonly view: DataView;
  /** `size * count` bytes of guest memory in place. Throws {@link EvaluatorFault}. */
  memory(address: bigint, access: Access, write: boolean): Uint8Array;
  sysRead(key: number): bigint;
  sysWrite(key: number, value: bigint): void;
  readonly fp: FpRoutine;
}

/** What an instruction came to. */
export type Outcome =
  | { readonly kind: 'next'; readonly pc: bigint }
  | { readonly kind: 'exception'; readonly ec: number; readonly iss: number }
  | { readonly kind: 'event'; readonly event: CpuEventName; readonly operand: bigint }
  | { readonly kind: 'fault' };

const VECTOR = 16;
const number = (n: Node): number => n.k as number;
const big = (n: Node): bigint => n.k as bigint;

class Evaluator<W extends Int<W>> extends Builder<W> {
  private readonly bytes: Uint8Array;

  constructor(
    width: 32 | 64,
    private readonly env: EvaluatorEnv,
    private readonly here: bigint,
  ) {
    super(width);
    this.bytes = new Uint8Array(env.view.buffer, env.view.byteOffset, env.view.byteLength);
  }

  protected readX(r: G, ty: 'i64' | 'i32'): Node {
    const { view } = this.env;
    const at = xAddress(r.n);
    return ty === 'i64' ? constant(ty, view.getBigUint64(at, true)) : constant(ty, view.getInt32(at, true));
  }
  protected readV(r: V): Node {
    return constant('v128', this.bytes.slice(vAddress(r.n), vAddress(r.n) + VECTOR));
  }
  protected readElement(e: Element, size: Size): Node {
    const at = vAddress(e.n) + (e.index << e.lane);
    return constant('i64', fromBytes(this.bytes.subarray(at, at + size)));
  }
  protected readCell(c: Cell): Node {
    return this.state(c.address).node;
  }
  override state(address: number): I64 {
    return i64(this.env.view.getBigUint64(address, true));
  }
  protected readFlags(): I32 {
    return i32(this.env.view.getInt32(STATE.NZCV, true));
  }
  protected readCond(c: Cond): I32 {
    return i32((conditionMask(c.k) >> this.env.view.getInt32(STATE.NZCV, true)) & 1);
  }
  protected readPc(offset: number): Node {
    return constant('i64', BigInt.asUintN(64, this.here + BigInt(offset)));
  }

  // ---- effects happen at once
  protected override loads(a: I64, access: Access): Node[] {
    const from = this.env.memory(big(a.node), access, false);
    return Array.from({ length: access.count }, (_, i) => {
      const part = from.slice(i * access.size, (i + 1) * access.size);
      return access.size === VECTOR ? constant('v128', part) : constant('i64', fromBytes(part));
    });
  }
  protected override stores(a: I64, access: Access, values: Node[]): void {
    const to = this.env.memory(big(a.node), access, true);
    values.forEach((v, i) => {
      to.set(access.size === VECTOR ? (v.k as Uint8Array) : toBytes(big(v), access.size), i * access.size);
    });
  }
  override when(c: I32, body: () => void): void {
    if (number(c.node) !== 0) body();
  }
  override trap(c: I32, ec: number, iss: I32): void {
    if (number(c.node) !== 0) throw new Raised(ec, number(iss.node));
  }
  override sysRead(key: I32): I64 {
    return i64(this.env.sysRead(number(key.node)));
  }
  override sysWrite(key: I32, v: I64): void {
    this.env.sysWrite(number(key.node), big(v.node));
  }
  protected override fpOp(op: FpOp, format: FpFormat, lanes: number, args: readonly V128[], param: number): V128 {
    return this.outOfLine(args, () => this.env.fp(this.env.view, CELL.FP_ARGS, op, format, lanes, param));
  }
  override routine(name: string, args: readonly V128[], param: I32 = i32(0)): V128 {
    return this.outOfLine(args, () =>
      callRoutine(routineNumber(name), this.env.view, CELL.FP_ARGS, number(param.node)),
    );
  }
  private outOfLine(args: readonly V128[], call: () => void): V128 {
    args.forEach((a, i) => {
      this.bytes.set(a.node.k as Uint8Array, CELL.FP_ARGS + i * VECTOR);
    });
    call();
    return new V128(constant('v128', this.bytes.slice(CELL.FP_ARGS, CELL.FP_ARGS + VECTOR)));
  }

  /** Writes registers and flags; gives the outcome. */
  retire(): Outcome {
    const { view } = this.env;
    const { end } = this;
    if (end?.kind === 'exception') return { kind: 'exception', ec: end.ec, iss: number(end.iss) };
    const flags = this.newFlags && number(packFlags(this.newFlags).node);
    for (const w of this.writes) {
      if (w.kind === 'v') this.bytes.set(w.value.k as Uint8Array, vAddress(w.register.n));
      else if (w.kind === 'element') {
        const at = vAddress(w.element.n) + (w.element.index << w.element.lane);
        this.bytes.set(toBytes(big(w.value), w.size), at);
      } else if (w.kind === 'x') {
        if (w.register.n !== ZERO_REGISTER) view.setBigUint64(xAddress(w.register.n), big(w.value), true);
      } else view.setBigUint64(w.kind === 'cell' ? w.cell.address : w.address, big(w.value), true);
    }
    if (flags !== undefined) view.setInt32(STATE.NZCV, flags, true);
    const next = BigInt.asUintN(64, this.here + 4n);
    switch (end?.kind) {
      case 'branch': {
        const taken = end.taken === undefined || number(end.taken) !== 0;
        return { kind: 'next', pc: taken ? BigInt.asUintN(64, this.here + BigInt(end.to.k)) : next };
      }
      case 'jump':
        return { kind: 'next', pc: big(end.to) };
      case 'event':
        return { kind: 'event', event: end.event, operand: big(end.operand) };
      default:
        return { kind: 'next', pc: next };
    }
  }
}
const ZERO_REGISTER = 32;

function fromBytes(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}
const toBytes = (value: bigint, size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));

/** Operands as semantics see them: immediates are values. */
function bind(operands: Readonly<Record<string, Operand>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(operands).map(([name, o]) => [name, o instanceof Imm ? immediate(o) : o]));
}
const immediate = (o: Imm<I32> | Imm<I64>): I32 | I64 =>
  o.bits === 32 ? i32(Number(BigInt.asIntN(32, o.k))) : i64(o.k);

/**
 * Executes one decoded instruction at `pc`.
 *
 * @example
 * const outcome = evaluate(decoder.decode(0x91000421)!, 0x1000n, env); // add x1, x1, #1
 * if (outcome.kind === 'next') pc = outcome.pc;
 */
export function evaluate(d: Decoded, pc: bigint, env: EvaluatorEnv): Outcome {
  const e = new Evaluator<I64>(d.shape.sf === 0 ? 32 : 64, env, pc);
  try {
    d.insn.exec<I64>(e, bind(d.operands), d.shape);
    return e.retire();
  } catch (error) {
    if (error instanceof Raised) return { kind: 'exception', ec: error.ec, iss: error.iss };
    if (error instanceof EvaluatorFault) return { kind: 'fault' };
    throw error;
  }
}
