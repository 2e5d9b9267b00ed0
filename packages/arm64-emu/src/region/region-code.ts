/** Code of a region: the position and the budget are constants of each instruction, flags are made when needed. */
import type { Flags } from '../a64/spec/index.js';
import { packFlags } from '../builder/flags.js';
import { CELL } from '../engine/state.js';
import { BUDGET, Code, FLAGS, IP } from '../interp/code.js';
import { RECORD_SIZE } from '../interp/record.js';
import { I32, Node } from '../ir/index.js';
import { Op, SIMD_PREFIX, Simd } from '../wasm/opcodes.js';
import { condition, keptFlags, maskCondition } from './pending-flags.js';

/** Emits the instructions of one region. */
export class RegionCode extends Code {
  /** Record of the instruction that is being emitted, and how many of its block are not done, with itself. */
  ip = 0;
  left = 0;
  /** Flags that are not in the local yet. */
  pending: Flags | undefined;
  /** Local: remaining budget times 16, with the whole current block charged already. */
  readonly remaining = this.newLocal('i32');
  private readonly operands = {
    i32: [this.newLocal('i32'), this.newLocal('i32')],
    i64: [this.newLocal('i64'), this.newLocal('i64')],
  };

  override sync(): void {
    this.position();
    this.makeFlags();
  }
  /** IP and BUDGET of the current instruction. */
  position(): void {
    this.i32(this.ip);
    this.set(IP);
    this.get(this.remaining);
    this.i32(this.left * RECORD_SIZE + this.ip);
    this.u8(Op.i32Add);
    this.set(BUDGET);
  }
  /** Puts pending flags into their local; they stay pending, as this code may be on a side path. */
  makeFlags(): void {
    if (!this.pending) return;
    this.graph(packFlags(this.pending).node);
    this.set(FLAGS);
  }
  /** Flags that an instruction makes: their operands are kept, the rest waits. `flags` has been counted. */
  keepFlags(flags: Flags): Flags {
    let next = 0;
    const values: [number, number][] = [];
    const kept = keptFlags(flags, n => {
      const local = this.operands[n.ty as 'i32' | 'i64'][next++]!;
      this.force(n);
      values.push([n.local, local]);
      return local;
    });
    // Operands may come from the flags that are replaced.
    for (const [from] of values) this.get(from);
    for (const [, to] of values.reverse()) this.set(to);
    return kept;
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
