/**
 * Registers of the guest in locals. A register has one local at most. Outside loops memory is always right and the
 * local, where it is known to be the same, saves loading; in a loop whose registers are held, the local alone is right
 * and memory is made so on every way out. What such a loop writes but does not carry is stored where the ways through
 * it meet, if it is not written again before.
 */
import { STATE, vAddress, xAddress } from '../engine/state.js';
import type { Code } from '../interp/code.js';
import { findOperation } from '../ir/index.js';
import { Op, SIMD_PREFIX, Simd } from '../wasm/opcodes.js';
import type { LoopAccesses } from './address.js';
import type { Block } from './graph.js';

/** Names of registers here: general ones and SP by number, vectors from here on. */
export const VECTORS = 32;
const X_END = xAddress(VECTORS);
const VECTOR_ALIGN = 4;

/** The general register at an address of the state block; undefined for other state. */
export const registerAt = (address: number): number | undefined =>
  address < X_END ? (address - STATE.X) / 8 : undefined;
/** The vector register that has, or whose lane has, an address of the state block. */
export const vectorAt = (address: number): number => VECTORS + ((address - STATE.V) >> VECTOR_ALIGN);

/** The registers that a loop holds, and its first block. */
export interface Held {
  readonly head: Block;
  readonly used: ReadonlySet<number>;
  readonly written: ReadonlySet<number>;
  /** Vectors that are used as doubles throughout. Where such a loop begins, the upper half of what it carries is 0. */
  readonly doubles: ReadonlySet<number>;
  /** Carried registers that only get words: they are words from the beginning, or the loop is not entered. */
  readonly words: ReadonlySet<number>;
  readonly accesses: LoopAccesses;
  /** Whether there are registers of the host for the pages that it keeps. */
  readonly keepsInLocals: boolean;
  /** Limits of quick conditions of FP operations that it uses. */
  readonly limits: ReadonlySet<string>;
  /** Whether it keeps waiting flags in memory. */
  readonly storesFlags: boolean;
}

/** The registers of one region. */
export class RegisterLocals {
  private readonly locals = new Map<number, number>();
  private readonly doubles = new Map<number, number>();
  private readonly words = new Map<number, number>();
  /** Registers whose local is known to be right. */
  private right = new Set<number>();
  /** Registers that are not carried by the loop, whose local alone is right. */
  private unsaved = new Set<number>();
  private held: Held | undefined;

  constructor(private readonly c: Code) {}

  /** What is known, to be taken up again with `restore`. */
  get state(): {
    readonly right: ReadonlySet<number>;
    readonly unsaved: ReadonlySet<number>;
    readonly held: Held | undefined;
  } {
    return { right: new Set(this.right), unsaved: new Set(this.unsaved), held: this.held };
  }
  restore({ right, unsaved, held }: RegisterLocals['state']): void {
    this.right = new Set(right);
    this.unsaved = new Set(unsaved);
    this.held = held;
  }
  /** Code that several ways lead to begins, in a loop that holds these registers. */
  begin(held: Held | undefined): void {
    this.held = held;
    this.right = new Set(held?.used);
    this.unsaved.clear();
  }
  /** Memory is other than it was: somebody else wrote registers. */
  forget(): void {
    this.right.clear();
  }

  /** Whether a vector is a double here. */
  isDouble(r: number): boolean {
    return this.held?.doubles.has(r) ?? false;
  }
  /** Whether a general register is a word here, in a local of 32 bits. */
  isWord(r: number): boolean {
    return this.held?.words.has(r) ?? false;
  }
  private local(r: number, held = this.held): number {
    const [locals, ty] = held?.words.has(r)
      ? ([this.words, 'i32'] as const)
      : held?.doubles.has(r)
        ? ([this.doubles, 'f64'] as const)
        : ([this.locals, r < VECTORS ? 'i64' : 'v128'] as const);
    let local = locals.get(r);
    if (local === undefined) locals.set(r, (local = this.c.newLocal(ty)));
    return local;
  }
  /** Pushes 0 if the loop can be entered: what it carries as words and doubles has zeros above. */
  pushUpper({ words, doubles, written }: Held): boolean {
    const { c } = this;
    let any = false;
    const or = (): void => {
      if (any) c.raw(...findOperation('i64.or')!.code);
      any = true;
    };
    for (const r of words) {
      c.loadAt(Op.i64Load32U, 2, xAddress(r) + 4);
      or();
    }
    for (const r of doubles) {
      if (!written.has(r)) continue;
      c.loadAt(Op.i64Load, 3, vAddress(r - VECTORS) + 8);
      or();
    }
    return any;
  }
  private load(r: number): void {
    const { c } = this;
    if (this.isWord(r)) c.loadAt(Op.i32Load, 2, xAddress(r));
    else if (r < VECTORS) c.loadAt(Op.i64Load, 3, xAddress(r));
    else if (this.isDouble(r)) c.loadAt(Op.f64Load, 3, vAddress(r - VECTORS));
    else {
      c.i32(0);
      c.raw(SIMD_PREFIX, Simd.load, VECTOR_ALIGN);
      c.u32(vAddress(r - VECTORS));
    }
  }
  /** The local of a register, which is right from here on. */
  read(r: number): number {
    const local = this.local(r);
    if (!this.right.has(r)) {
      this.load(r);
      this.c.set(local);
      this.right.add(r);
    }
    return local;
  }
  /** Whether the local is right. */
  has(r: number): boolean {
    return this.right.has(r);
  }
  /** The loop whose registers are held now. */
  get loop(): Held | undefined {
    return this.held;
  }
  isHeld(r: number): boolean {
    return this.held?.used.has(r) ?? false;
  }
  /** Goes before the value that `write` takes. */
  beforeWrite(): void {
    if (this.held === undefined) this.c.i32(0);
  }
  /** Gives a register the value on the stack. */
  write(r: number): void {
    const { c } = this;
    const local = this.local(r);
    this.right.add(r);
    if (this.held === undefined) {
      c.tee(local);
      this.store(r);
      return;
    }
    c.set(local);
    if (!this.isHeld(r)) this.unsaved.add(r);
  }
  private clearUpper(r: number): void {
    this.c.storeAt(Op.i64Store, 3, vAddress(r - VECTORS) + 8, () => this.c.i64(0n));
  }
  private store(r: number, held = this.held): void {
    const { c } = this;
    if (held?.words.has(r)) c.u8(Op.i64ExtendU);
    if (r < VECTORS) c.storeSized(8, xAddress(r));
    else if (held?.doubles.has(r)) {
      c.raw(Op.f64Store, 3);
      c.u32(vAddress(r - VECTORS));
    } else c.storeSized(16, vAddress(r - VECTORS));
  }
  /** A lane of a vector was written in memory. */
  wroteMemory(r: number): void {
    this.right.delete(r);
  }

  /** A loop begins. */
  fill(held: Held): void {
    for (const r of [...held.doubles, ...held.words]) this.right.delete(r);
    this.held = held;
    for (const r of held.used) this.read(r);
  }
  /** Brings memory up to date for the registers that a loop carries. They stay held. */
  spill(held = this.held): void {
    const { c } = this;
    for (const r of held?.written ?? []) {
      c.i32(0);
      c.get(this.local(r, held));
      this.store(r, held);
    }
  }
  /** Brings memory up to date for the others, on a side path or before what was known is forgotten. */
  save(): void {
    const { c } = this;
    for (const r of this.unsaved) {
      c.i32(0);
      c.get(this.local(r));
      this.store(r);
      if (this.isDouble(r)) this.clearUpper(r);
    }
  }
  /** Out of the loop, without a change of control flow: memory and locals are the same. */
  release(): void {
    this.spill();
    this.save();
    this.unsaved.clear();
    for (const r of this.held ? [...this.held.doubles, ...this.held.words] : []) this.right.delete(r);
    this.held = undefined;
  }
}
