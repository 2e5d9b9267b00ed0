/** Code of a region: position and budget are constants of each instruction, registers are in locals, flags wait. */
import type { Access } from '../builder/effects.js';
import { CELL } from '../engine/state.js';
import { BUDGET, Code, IP } from '../interp/code.js';
import { bounce, type KeptPage, type KeptRange } from '../interp/memory.js';
import { RECORD_SIZE } from '../interp/record.js';
import type { Node } from '../ir/index.js';
import { Op } from '../wasm/opcodes.js';
import { KeptPages } from './address.js';
import { Lanes } from './lanes.js';
import { QuickLimits } from './quick-limits.js';
import { Ranges } from './ranges.js';
import type { RegionPlace } from './region-place.js';
import { type Held, RegisterLocals, registerAt } from './registers.js';
import { missedAccess, Support } from './support.js';
import { lowDouble, wholeRegister } from './vector-values.js';
import { WaitingFlags } from './waiting-flags.js';

/** Emits the instructions of one region. */
export class RegionCode extends Code {
  readonly registers = new RegisterLocals(this);
  readonly lanes = new Lanes(this, this.registers);
  /** Position of the instruction that is being emitted, and how many of its block are not done, with itself. */
  at = 0;
  left = 0;
  /** Local: remaining budget times 16, where `due` instructions, those of the current block with them, are not charged yet. */
  readonly remaining = this.newLocal('i32');
  due = 0;
  /** Local: PC = (ip >> 2) + bias in the head's page. */
  readonly bias = this.newLocal('i64');
  readonly flags = new WaitingFlags(this);
  /** What is known at each open `if`, for code behind it. */
  private readonly saved: (State | undefined)[] = [];

  private readonly tlbBase = this.newLocal('i32');
  private readonly pagesOf = new Map<Held, KeptPages>();

  private readonly ranges: Ranges | undefined;

  constructor(readonly place: RegionPlace) {
    super();
    this.ranges = place.hasRuns ? new Ranges(this, this.tlbBase) : undefined;
  }

  // ---- what is known on the way that is being emitted
  private get state(): State {
    return { due: this.due, pending: this.flags.pending, registers: this.registers.state };
  }
  private restore(s: State): void {
    this.due = s.due;
    this.flags.pending = s.pending;
    this.registers.restore(s.registers);
  }
  override open(op: number): number {
    this.saved.push(op === Op.if ? this.state : undefined);
    return super.open(op);
  }
  override else(): void {
    this.restore(this.saved.at(-1)!);
    super.else();
  }
  override close(): void {
    super.close();
    const state = this.saved.pop();
    if (state) this.restore(state);
  }

  // ---- memory
  /** What the generated code may have changed behind our back is loaded again. */
  reload(): void {
    this.loadAt(Op.i32Load, 2, CELL.TLB);
    this.set(this.tlbBase);
  }
  override tlb(unprivileged: boolean): void {
    if (unprivileged) super.tlb(true);
    else this.get(this.tlbBase);
  }
  /** The kept pages of the loop whose registers are held. */
  private get keptPages(): KeptPages | undefined {
    const { loop } = this.registers;
    if (loop === undefined) return undefined;
    let pages = this.pagesOf.get(loop);
    if (pages === undefined) this.pagesOf.set(loop, (pages = new KeptPages(this, loop.accesses, loop.keepsInLocals)));
    return pages;
  }
  /** A loop with these registers begins. */
  beginLoop(loop: Held): void {
    if (loop.storesFlags) {
      this.flags.note();
      this.flags.store();
    }
    this.registers.fill(loop);
    this.limits.load(loop);
    this.keptPages?.forget();
    this.ranges?.load(loop.accesses.reads, loop.accesses.writes);
  }
  /** Out of the loop: memory is right again. */
  endLoop(loop: Held): void {
    this.registers.spill(loop);
    if (loop.storesFlags) this.flags.load();
  }
  /** Out of the loop, without a change of control flow: locals are right too. */
  releaseLoop(): void {
    const { loop } = this.registers;
    this.registers.release();
    if (loop?.storesFlags) this.flags.load();
  }
  override keptPage(address: Node, write: boolean): KeptPage | undefined {
    return this.keptPages?.find(address, write);
  }
  override nearPage(address: Node, write: boolean): KeptPage | undefined {
    return this.keptPages?.findNear(address, write);
  }
  override keptRange(write: boolean): KeptRange | undefined {
    return this.registers.loop && this.ranges?.get(write);
  }
  /** The block that leaves with position, budget and reason in their cells. */
  inCells = 0;
  override miss(va: () => void, info: number, values: readonly Node[], size: Access['size']): number {
    this.flags.note();
    const small = size < 16 ? values : [];
    if (small.length < values.length) bounce(this, values, size);
    va();
    if (small.length > 0) {
      this.value(small[0]!);
      if (small[1]) this.value(small[1]);
      else this.i64(0n);
    }
    this.i32(this.place.ip(this.at));
    this.get(this.remaining);
    this.i32(missedAccess(info, this.left - this.due));
    this.call(small.length > 0 ? Support.missStore : Support.miss);
    return this.inCells;
  }
  // ---- position
  override sync(): void {
    this.position(this.at, this.left);
    this.flags.note();
    this.registers.spill();
    this.registers.save();
  }
  /** Charges what is due: before ways meet, and before anybody else looks at what remains. */
  charge(): void {
    if (this.due === 0) return;
    this.get(this.remaining);
    this.i32(this.due * RECORD_SIZE);
    this.u8(Op.i32Sub);
    this.set(this.remaining);
    this.due = 0;
  }
  /** IP and BUDGET for the instruction at `at`, with `left` instructions of its block not done. PC_BIAS is that of its page. */
  position(at: number, left: number): void {
    const ip = this.place.ip(at);
    this.i32(ip);
    this.set(IP);
    this.get(this.remaining);
    this.i32((left - this.due) * RECORD_SIZE + ip);
    this.u8(Op.i32Add);
    this.set(BUDGET);
  }
  /** Makes the page of a position the current one. */
  storeBias(at: number): void {
    const ip = this.place.ip(at);
    this.storeAt(Op.i64Store, 3, CELL.PC_BIAS, () => {
      this.get(this.bias);
      this.i64(BigInt((this.place.records >>> 2) + at * 4 - (ip >>> 2)));
      this.u8(Op.i64Add);
    });
  }
  /** Pushes the address of a position. */
  address(at: number): void {
    this.get(this.bias);
    this.i64(BigInt((this.place.records >>> 2) + at * 4));
    this.u8(Op.i64Add);
  }

  /** Pushes a graph that was not counted with the instruction. */
  graph(n: Node): void {
    this.count([n]);
    this.value(n);
  }

  // ---- floating point
  override readonly quickLimits = true;
  private readonly limits = new QuickLimits(this);

  // ---- registers
  override value(n: Node): void {
    if (this.doubleLane(n)) return;
    this.alias(n);
    super.value(n);
  }
  /** Lane 0 of a vector that is a double here. */
  private doubleLane(n: Node): boolean {
    if (n.local >= 0 || (n.op !== 'f64x2.get0' && n.op !== 'i64x2.get0')) return false;
    const r = wholeRegister(n.args[0]!);
    if (r === undefined || !this.registers.isDouble(r)) return false;
    this.get(this.registers.read(r));
    if (n.ty === 'i64') this.u8(Op.i64ReinterpretF64);
    return true;
  }
  /** Pushes what a vector register is given. */
  vector(r: number, n: Node): void {
    if (!this.registers.isDouble(r)) {
      this.value(n);
      return;
    }
    const low = lowDouble(n)!;
    this.value(low);
    if (low.ty === 'i64') this.u8(Op.f64ReinterpretI64);
  }
  /** Pushes what a general register is given. */
  general(r: number, n: Node): void {
    if (!this.registers.isWord(r)) this.value(n);
    else if (n.op === 'i64.extend_u' && n.local < 0) this.value(n.args[0]!);
    else {
      this.value(n);
      this.u8(Op.i32Wrap);
    }
  }
  override force(n: Node): void {
    if (this.doubleLane(n)) {
      n.local = this.temp(n.ty);
      this.set(n.local);
      return;
    }
    this.alias(n);
    super.force(n);
  }
  /** Registers are in locals anyway: a value that is one needs no other. */
  private alias(n: Node): void {
    if (n.local >= 0) return;
    const r = wholeRegister(n);
    if (r !== undefined && !this.registers.isDouble(r) && !this.registers.isWord(r)) n.local = this.registers.read(r);
  }
  protected override leaf(n: Node): void {
    const k = n.k as number;
    switch (n.op) {
      case 'state32': {
        const r = registerAt(k);
        if (r === undefined) super.leaf(n);
        else {
          this.get(this.registers.read(r));
          if (!this.registers.isWord(r)) this.u8(Op.i32Wrap);
        }
        return;
      }
      case 'state': {
        const r = registerAt(k);
        if (r === undefined || !this.registers.isWord(r)) super.leaf(n);
        else {
          this.get(this.registers.read(r));
          this.u8(Op.i64ExtendU);
        }
        return;
      }
      case 'lane1At':
      case 'lane2At':
      case 'lane4At':
      case 'lane8At':
        this.lanes.push(k, Number(n.op[4]));
        return;
      case 'condition':
        this.graph(this.flags.condition(k));
        return;
      case 'flags':
        this.flags.push();
        return;
      case 'pc':
        this.get(this.bias);
        this.i64(BigInt((this.place.records >>> 2) + this.at * 4 + k));
        this.u8(Op.i64Add);
        return;
      default:
        if (!n.op.startsWith('limit')) super.leaf(n);
        else this.limits.push(n.op);
    }
  }
}

/** What `RegionCode` knows on one way through the code. */
interface State {
  readonly due: number;
  readonly pending: WaitingFlags['pending'];
  readonly registers: RegisterLocals['state'];
}
