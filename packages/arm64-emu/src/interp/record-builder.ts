/** Builds handlers: operands are read from the record. */
import { Cell, Cond, Disp, Element, G, type Imm, type Operand, type Size, V } from '../a64/spec/index.js';
import { Builder } from '../builder/builder.js';
import { xAddress } from '../engine/state.js';
import { I32, I64, type Int, Node } from '../ir/index.js';
import type { RecordLayout } from './record.js';

/**
 * Leaves that the emitter knows: `source` (register at the address in the record), `state` (fixed address),
 * `imm32`, `imm64s`, `imm64` (in the record), `mask` (u16 in the record), `flags` (the local), `pc`.
 * Their constant is the offset or address.
 */
export class RecordBuilder<W extends Int<W>> extends Builder<W> {
  constructor(
    width: 32 | 64,
    readonly layout: RecordLayout,
  ) {
    super(width);
  }

  /** The operands as semantics see them; immediates become values when they are first used. */
  bind(operands: Readonly<Record<string, Operand>>): Record<string, unknown> {
    const bound: Record<string, unknown> = {};
    for (const [name, o] of Object.entries(operands)) {
      Object.defineProperty(bound, name, { enumerable: true, get: this.lazily(() => this.operand(name, o)) });
    }
    return bound;
  }
  private lazily<T>(make: () => T): () => T {
    let value: T | undefined;
    return () => (value ??= make());
  }
  private operand(name: string, o: Operand): unknown {
    if (o instanceof G) return new G(-1, o.form, name);
    if (o instanceof V) return new V(-1, '', name);
    if (o instanceof Element) return new Element(-1, o.lane, -1, name);
    if (o instanceof Cond) return new Cond(-1, name);
    if (o instanceof Disp) return new Disp(0, name);
    if (o instanceof Cell) return new Cell(-1, name);
    return this.immediate(name, o);
  }
  /** Space in the record is taken when the value is used in the graph, not when `exec` takes its operands apart. */
  private immediate(name: string, o: Imm<I32> | Imm<I64>): I32 | I64 {
    const offset = (kind: 'imm32' | 'imm64') => () => this.layout.offset(name, kind);
    if (o.bits === 32) return new I32(new ImmediateNode('imm32', offset('imm32')));
    return new I64(o.wide ? new ImmediateNode('imm64', offset('imm64')) : new ImmediateNode('imm64s', offset('imm32')));
  }

  protected readX(r: G, ty: 'i64' | 'i32'): Node {
    return r.n >= 0
      ? new Node(ty === 'i64' ? 'state' : 'state32', ty, [], xAddress(r.n))
      : new Node('source', ty, [], this.layout.offset(r.name, 'source'));
  }
  protected readV(r: V): Node {
    return new Node('source', 'v128', [], this.layout.offset(r.name, 'address'));
  }
  protected readElement(e: Element, size: Size): Node {
    return new Node(`lane${size}`, 'i64', [], this.layout.offset(e.name, 'address'));
  }
  protected readCell(c: Cell): Node {
    return new Node('source', 'i64', [], this.layout.offset(c.name, 'address'));
  }
  protected readFlags(): I32 {
    return new I32(new Node('flags', 'i32'));
  }
  protected readCond(c: Cond): I32 {
    return new I32(new Node('mask', 'i32', [], this.layout.offset(c.name, 'condition'))).shrU(this.readFlags()).and(1);
  }
  protected readPc(offset: number): Node {
    return new Node('pc', 'i64', [], offset);
  }
}

/** An immediate; its place in the record is chosen when it is emitted. */
export class ImmediateNode extends Node {
  constructor(
    op: 'imm32' | 'imm64s' | 'imm64',
    readonly place: () => number,
  ) {
    super(op, op === 'imm32' ? 'i32' : 'i64');
  }
}
