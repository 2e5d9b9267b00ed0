/** Flags of a region between the instruction that makes them and those that read them: mostly, only operands are kept. */
import type { Flags } from '../a64/spec/index.js';
import { packFlags } from '../builder/flags.js';
import { CELL } from '../engine/state.js';
import { FLAGS } from '../interp/code.js';
import { I32, type Node } from '../ir/index.js';
import { Op } from '../wasm/opcodes.js';
import { condition, inLocal, keptFlags, MADE, maskCondition, waitingKind } from './pending-flags.js';
import type { RegionCode } from './region-code.js';
import { Support } from './support.js';

/** The flags of one region. */
export class WaitingFlags {
  /** Flags that an instruction made: known here, waiting in the operand locals. */
  pending: Flags | undefined;
  /** Local: what kind of flags waits, see `waitingKind`; and their operands. */
  readonly kind: number;
  readonly operands: readonly [number, number];

  constructor(private readonly c: RegionCode) {
    this.kind = c.newLocal('i32');
    this.operands = [c.newLocal('i64'), c.newLocal('i64')];
  }

  /** Whether the loop that is being emitted keeps waiting flags in memory. */
  private get inMemory(): boolean {
    return this.c.registers.loop?.storesFlags ?? false;
  }
  /** Pending flags with values of their own: what is computed of them on one way is not known on another. */
  private get known(): Flags | undefined {
    return this.pending && this.inOperands(this.pending);
  }
  private inOperands(flags: Flags): Flags {
    return keptFlags(flags, ...(this.operands as [number, number]));
  }
  private setKind(kind: number): void {
    const { c } = this;
    if (this.inMemory) {
      c.storeAt(Op.i32Store, 2, CELL.FLAG_KIND, () => c.i32(kind));
      return;
    }
    c.i32(kind);
    c.set(this.kind);
  }

  // ---- made
  /** Flags that an instruction makes: their operands are kept, the rest waits. `flags` has been counted. */
  keep(flags: Flags): void {
    const { c } = this;
    if (flags.kind === 'packed') {
      c.value(flags.a.node);
      this.setMade();
      return;
    }
    const operands = flags.b === flags.a ? [flags.a] : [flags.a, flags.b];
    // Operands may come from the flags that are replaced.
    for (const { node } of operands) {
      c.value(node);
      if (node.ty === 'i32') c.u8(Op.i64ExtendU);
    }
    for (let i = operands.length - 1; i >= 0; i--) c.set(this.operands[i]!);
    if (this.inMemory) {
      operands.forEach((_, i) => {
        this.storeOperand(i);
      });
      this.setKind(waitingKind(flags));
    }
    this.pending = this.inOperands(flags);
  }
  /** Puts pending flags into their local. */
  make(): void {
    const flags = this.known;
    if (!flags) return;
    this.c.graph(packFlags(flags).node);
    this.setMade();
  }
  /** Flags are what is pushed. */
  private setMade(): void {
    this.c.set(FLAGS);
    this.setKind(MADE);
    this.pending = undefined;
  }

  // ---- passed on
  /** Says at run time which flags wait: the cheap way to pass them on. They stay pending: this may be a side path. */
  note(): void {
    if (this.pending && !this.inMemory) this.setKind(waitingKind(this.pending));
  }
  /** Makes the flags that wait, of whatever kind. */
  settle(): void {
    const { c } = this;
    c.get(this.kind);
    c.open(Op.if);
    c.get(this.kind);
    for (const o of this.operands) c.get(o);
    c.call(Support.pack);
    c.set(FLAGS);
    this.setKind(MADE);
    c.close();
  }
  /** Into and out of a loop that keeps waiting flags in memory: they would take registers from all that it carries. */
  store(): void {
    this.c.storeAt(Op.i32Store, 2, CELL.FLAG_KIND, () => this.c.get(this.kind));
    this.storeOperands();
  }
  load(): void {
    this.c.loadAt(Op.i32Load, 2, CELL.FLAG_KIND);
    this.c.set(this.kind);
    this.loadOperands();
  }
  /** The same for the operands alone. */
  storeOperands(): void {
    this.operands.forEach((_, i) => {
      this.storeOperand(i);
    });
  }
  loadOperands(): void {
    this.operands.forEach((local, i) => {
      this.c.loadAt(Op.i64Load, 3, CELL.FLAG_OPERANDS + i * 8);
      this.c.set(local);
    });
  }
  private storeOperand(i: number): void {
    this.c.storeAt(Op.i64Store, 3, CELL.FLAG_OPERANDS + i * 8, () => this.c.get(this.operands[i]!));
  }

  // ---- read
  /** Pushes NZCV. */
  push(): void {
    const flags = this.known;
    if (flags) this.c.graph(packFlags(flags).node);
    else this.c.get(FLAGS);
  }
  /** Condition `c` as a value. */
  condition(c: number): Node {
    const flags = this.known;
    return (flags ? condition(flags, c) : maskCondition(new I32(inLocal('i32', FLAGS)), c)).node;
  }
}
