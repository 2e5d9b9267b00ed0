/** Builds the instructions of a region: every operand is known. */
import { Cell, Cond, Disp, Element, G, type Imm, type Operand, type Size, V } from '../a64/spec/index.js';
import { Builder } from '../builder/builder.js';
import { vAddress, xAddress } from '../engine/state.js';
import { constant, I32, type I64, type Int, i32, i64, Node } from '../ir/index.js';

const ZERO_REGISTER = 32;

/**
 * Leaves beside those of the interpreter: `vector` and `lane<size>At` (fixed address), `condition` (a condition code),
 * `pc` as there.
 */
export class RegionBuilder<W extends Int<W>> extends Builder<W> {
  /** Whether the flags are read before they are written. */
  readsFlags = false;

  /** The operands as semantics see them. */
  bind(operands: Readonly<Record<string, Operand>>): Record<string, unknown> {
    const bound: Record<string, unknown> = {};
    for (const [name, o] of Object.entries(operands)) bound[name] = isRegisterLike(o) ? o : immediate(o);
    return bound;
  }
  protected readX(r: G, ty: 'i64' | 'i32'): Node {
    if (r.n === ZERO_REGISTER) return constant(ty, ty === 'i64' ? 0n : 0);
    return new Node(ty === 'i64' ? 'state' : 'state32', ty, [], xAddress(r.n));
  }
  protected readV(r: V): Node {
    return new Node('vector', 'v128', [], vAddress(r.n));
  }
  protected readElement(e: Element, size: Size): Node {
    return new Node(`lane${size}At`, 'i64', [], elementAddress(e));
  }
  protected readCell(c: Cell): Node {
    return new Node('state', 'i64', [], c.address);
  }
  protected readFlags(): I32 {
    this.readsFlags = true;
    return new I32(new Node('flags', 'i32'));
  }
  protected readCond(c: Cond): I32 {
    if (c.k >= 14) return i32(1);
    this.readsFlags = true;
    return new I32(new Node('condition', 'i32', [], c.k));
  }
  protected readPc(offset: number): Node {
    return new Node('pc', 'i64', [], offset);
  }
}

export const elementAddress = (e: Element): number => vAddress(e.n) + (e.index << e.lane);

type RegisterLike = G | V | Element | Cond | Disp | Cell;
const isRegisterLike = (o: Operand): o is RegisterLike =>
  o instanceof G ||
  o instanceof V ||
  o instanceof Element ||
  o instanceof Cond ||
  o instanceof Disp ||
  o instanceof Cell;
const immediate = (o: Imm<I32> | Imm<I64>): I32 | I64 =>
  o.bits === 32 ? i32(Number(BigInt.asIntN(32, o.k))) : i64(o.k);
