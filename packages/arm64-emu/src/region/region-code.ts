/** Code of a region: the position and the budget are constants of each instruction, flags are made when needed. */
import type { Flags } from '../a64/spec/index.js';
import { packFlags } from '../builder/flags.js';
import { CELL } from '../engine/state.js';
import { BUDGET, Code, FLAGS, IP } from '../interp/code.js';
import { RECORD_SIZE } from '../interp/record.js';
import { I32, Node } from '../ir/index.js';
import { Op, SIMD_PREFIX, Simd } from '../wasm/opcodes.js';
import { condition, keptFlags, MADE, maskCondition, waitingFlags, waitingKind } from './pending-flags.js';

/** Emits the instructions of one region. */
export class RegionCode extends Code {
  /** Record of the instruction that is being emitted, and how many of its block are not done, with itself. */
  ip = 0;
  left = 0;
  /** Flags that an instruction of this block made: known here, waiting in the operand locals. */
  pending: Flags | undefined;
  /** Local: remaining budget times 16, with the whole current block charged already. */
  readonly remaining = this.newLocal('i32');
  /** Local: what kind of flags waits, see `waitingKind`. */
  private readonly waiting = this.newLocal('i32');
  private readonly i32s: readonly [number, number] = [this.newLocal('i32'), this.newLocal('i32')];
  private readonly i64s: readonly [number, number] = [this.newLocal('i64'), this.newLocal('i64')];

  override sync(): void {
    this.position();
    this.noteFlags();
  }
  /** IP and BUDGET of the current instruction. */
  private position(): void {
    this.i32(this.ip);
    this.set(IP);
    this.get(this.remaining);
    this.i32(this.left * RECORD_SIZE + this.ip);
    this.u8(Op.i32Add);
    this.set(BUDGET);
  }
  /** Says at run time which flags wait: the cheap way to pass them on. They stay pending: this may be a side path. */
  noteFlags(): void {
    if (!this.pending) return;
    const kind = waitingKind(this.pending);
    if (kind === MADE) this.makeFlags();
    else this.setWaiting(kind);
  }
  /** Puts pending flags into their local. */
  makeFlags(): void {
    if (!this.pending) return;
    this.graph(packFlags(this.pending).node);
    this.set(FLAGS);
    this.setWaiting(MADE);
  }
  private setWaiting(kind: number): void {
    this.i32(kind);
    this.set(this.waiting);
  }
  /** Makes the flags that wait, of whatever kind: on the way out. */
  settleFlags(): void {
    this.get(this.waiting);
    this.open(Op.if);
    waitingFlags(this.i32s, this.i64s).forEach((flags, i) => {
      this.releaseTemps();
      this.get(this.waiting);
      this.i32(i + 1);
      this.u8(Op.i32Eq);
      this.open(Op.if);
      this.graph(packFlags(flags).node);
      this.set(FLAGS);
      this.close();
    });
    this.close();
  }
  /** Flags that an instruction makes: their operands are kept, the rest waits. `flags` has been counted. */
  keepFlags(flags: Flags): Flags {
    const locals = flags.a.bits === 32 ? this.i32s : this.i64s;
    const operands = flags.b === flags.a ? [flags.a] : [flags.a, flags.b];
    // Operands may come from the flags that are replaced.
    for (const { node } of operands) this.value(node);
    for (let i = operands.length - 1; i >= 0; i--) this.set(locals[i]!);
    return keptFlags(flags, locals);
  }
  /** Pushes a graph that was not counted with the instruction. */
  graph(n: Node): void {
    this.count([n]);
    this.value(n);
  }

  protected override leaf(n: Node): void {
    const k = n.k as number;
    switch (n.op) {
      case 'vector':
        this.i32(0);
        this.raw(SIMD_PREFIX, Simd.load, 4);
        this.u32(k);
        return;
      case 'lane1At':
      case 'lane2At':
      case 'lane4At':
      case 'lane8At':
        this.i32(0);
        this.loadSized(Number(n.op[4]), k);
        return;
      case 'condition':
        this.graph(this.condition(k).node);
        return;
      case 'flags':
        if (this.pending) this.graph(packFlags(this.pending).node);
        else this.get(FLAGS);
        return;
      case 'pc':
        this.loadAt(Op.i64Load, 3, CELL.PC_BIAS);
        this.i64(BigInt((this.ip >>> 2) + k));
        this.u8(Op.i64Add);
        return;
      default:
        super.leaf(n);
    }
  }
  private condition(c: number): I32 {
    if (this.pending) return condition(this.pending, c);
    const flags = new Node('local', 'i32');
    flags.local = FLAGS;
    return maskCondition(new I32(flags), c);
  }
}
