/** Loops that hold registers in locals: how they are entered and left, and how code in each of them leaves. */
import { CELL } from '../engine/state.js';
import { Exit } from '../interp/exit.js';
import type { Frame } from '../interp/flow.js';
import { Op } from '../wasm/opcodes.js';
import type { Block } from './graph.js';
import type { RegionCode } from './region-code.js';
import type { Held } from './registers.js';

/** The held loops of one region. */
export class HeldLoops {
  /** How code outside held loops leaves, and code of each of them. */
  private readonly frames = new Map<Held | undefined, Frame>();
  /** How held loops leave for the handler of an instruction. */
  private readonly originals = new Map<Held, () => void>();

  constructor(
    private readonly c: RegionCode,
    private readonly outer: Frame,
    private readonly loops: ReadonlyMap<Block, Held>,
  ) {
    this.frames.set(undefined, outer);
  }

  /** The held loop that a block is in. */
  of(b: Block): Held | undefined {
    return this.loops.get(b);
  }
  /** How the code of a block leaves. */
  frame(b: Block): Frame {
    return this.frames.get(this.of(b))!;
  }
  /** How it leaves for the handler of an instruction, where it cannot call for help and go on. */
  original(b: Block): (() => void) | undefined {
    const loop = this.of(b);
    return loop && this.originals.get(loop);
  }

  /** Loads the registers of a loop, and opens the blocks that its code leaves through. */
  enter(loop: Held): void {
    const { c, outer } = this;
    this.checkUpper(loop);
    c.beginLoop(loop);
    const exit = c.open(Op.block);
    const fault = c.open(Op.block);
    const original = c.open(Op.block);
    const next = (): void => this.exit(Exit.CONTINUE, exit);
    this.frames.set(loop, { ...outer, fault, exit, next });
    this.originals.set(loop, () => {
      c.position(c.at, c.left);
      c.flags.note();
      c.registers.save();
      c.branch(original);
    });
  }
  /** Behind the code of a loop: the ways out, on which its registers are stored. */
  leave(loop: Held): void {
    const { c, outer } = this;
    const { exit } = this.frames.get(loop)!;
    c.close();
    this.exit(Exit.ORIGINAL, exit);
    c.close();
    c.loadAt(Op.i32Load, 2, CELL.REASON);
    c.set(outer.reason);
    c.close();
    c.endLoop(loop);
    c.branch(outer.exit);
    c.registers.begin(undefined);
  }

  /** Once around in the interpreter, which writes those registers, mostly, where upper halves are not 0. */
  private checkUpper(loop: Held): void {
    const { c, outer } = this;
    if (!c.registers.pushUpper(loop)) return;
    c.i64(0n);
    c.u8(Op.i64Ne);
    c.open(Op.if);
    c.position(loop.head.first, 0);
    c.flags.note();
    this.exit(Exit.ORIGINAL, outer.exit);
    c.close();
  }
  private exit(reason: number, block: number): void {
    const { c, outer } = this;
    c.i32(reason);
    c.set(outer.reason);
    c.branch(block);
  }
}
