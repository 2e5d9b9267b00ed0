/** Emits one handler: effects, retirement, and the way to the next instruction. */
import { CpuEvent, type Decoded } from '../a64/spec/index.js';
import type { Write } from '../builder/effects.js';
import { packFlags } from '../builder/flags.js';
import { CELL, STATE, TLB_SET, xAddress } from '../engine/state.js';
import type { I64, Node } from '../ir/index.js';
import { Op } from '../wasm/opcodes.js';
import { BUDGET, type Code, FLAGS, IP } from './code.js';
import { EffectEmitter, rootsOf } from './effects.js';
import { Exit } from './exit.js';
import { Import } from './imports.js';
import { tlbEntry } from './memory.js';
import { RECORD_SIZE, RecordLayout } from './record.js';
import { RecordBuilder } from './record-builder.js';

/** Where a handler's code goes on. Depths are of open blocks. */
export interface Frame {
  readonly c: Code;
  /** Abandons the instruction: `CELL.REASON` says why. */
  readonly fault: number;
  /** Leaves with the reason in local `reason`. */
  readonly exit: number;
  readonly reason: number;
  /** Goes on with the instruction whose record is in the local IP. */
  next(): void;
}

const JUMP_KIND = { br: 0, blr: 1, ret: 2 } as const;
const PAGE_OFFSET = 0xffc;
/** The bits of an address that must equal a fetch entry's tag: the page and the two lowest ones. */
const FETCH_TAG = -4093n;

/** Emits control flow between instructions. */
class Flow {
  constructor(private readonly f: Frame) {}

  leave(reason: number): void {
    const { c } = this.f;
    c.i32(reason);
    c.set(this.f.reason);
    c.branch(this.f.exit);
  }
  bump(): void {
    const { c } = this.f;
    c.get(IP);
    c.i32(RECORD_SIZE);
    c.u8(Op.i32Add);
    c.set(IP);
  }
  next(): void {
    this.bump();
    this.f.next();
  }
  /** Goes to the record in local `target`; `executed` counts this instruction (not for the end of a page). */
  go(target: number, executed: boolean): void {
    const { c } = this.f;
    const remaining = c.temp('i32');
    c.get(BUDGET);
    c.get(IP);
    c.u8(Op.i32Sub);
    if (executed) {
      c.i32(RECORD_SIZE);
      c.u8(Op.i32Sub);
    }
    c.tee(remaining);
    c.get(target);
    c.tee(IP);
    c.u8(Op.i32Add);
    c.set(BUDGET);
    c.get(remaining);
    c.i32(0);
    c.u8(Op.i32LeS);
    c.open(Op.if);
    this.leave(Exit.BUDGET);
    c.close();
    this.f.next();
  }
  /** Jumps to the address in i64 local `to`: through the fetch TLB, or the slow path. */
  jump(to: number, kind: number, executed: boolean): void {
    const { c } = this.f;
    const entry = c.temp('i32');
    const target = c.temp('i32');
    tlbEntry(c, () => c.get(to));
    c.tee(entry);
    c.raw(Op.i64Load, 3);
    c.u32(TLB_SET.FETCH);
    c.get(to);
    c.i64(FETCH_TAG);
    c.raw(Op.i64And, Op.i64Eq);
    c.open(Op.if);
    {
      const page = c.temp('i32');
      c.get(entry);
      c.raw(Op.i32Load, 2);
      c.u32(TLB_SET.FETCH + 8);
      c.tee(page);
      c.get(to);
      c.u8(Op.i32Wrap);
      c.i32(PAGE_OFFSET);
      c.u8(Op.i32And);
      c.i32(2);
      c.raw(Op.i32Shl, Op.i32Add);
      c.set(target);
      c.storeAt(Op.i64Store, 3, CELL.PC_BIAS, () => {
        c.get(to);
        c.i64(-4096n);
        c.u8(Op.i64And);
        c.get(page);
        c.i32(2);
        c.raw(Op.i32ShrU, Op.i64ExtendU, Op.i64Sub);
      });
    }
    c.else();
    if (executed) this.bump();
    c.storeAt(Op.i64Store, 3, CELL.JUMP, () => c.get(to));
    c.storeAt(Op.i32Store, 2, CELL.IP, () => c.get(IP));
    c.storeAt(Op.i32Store, 2, CELL.BUDGET, () => c.get(BUDGET));
    c.i32(kind);
    c.call(Import.jump);
    c.tee(target);
    c.i32(0);
    c.u8(Op.i32LtS);
    c.open(Op.if);
    this.leave(Exit.FETCH);
    c.close();
    if (executed) {
      // `go` counts the instruction from its own record.
      c.get(IP);
      c.i32(RECORD_SIZE);
      c.u8(Op.i32Sub);
      c.set(IP);
    }
    c.close();
    this.go(target, executed);
  }
}

function pushTarget(c: Code, layout: RecordLayout, w: Write): void {
  if (w.kind === 'state' || (w.kind === 'x' && w.register.n >= 0)) {
    c.i32(0);
    return;
  }
  const [name, kind] =
    w.kind === 'x'
      ? ([w.register.name, 'target'] as const)
      : ([w.kind === 'v' ? w.register.name : w.kind === 'cell' ? w.cell.name : w.element.name, 'address'] as const);
  c.fromRecord(Op.i32Load16U, 1, layout.offset(name, kind));
}

function store(c: Code, w: Write): void {
  if (w.kind === 'v') {
    c.storeSized(16);
    return;
  }
  if (w.kind === 'element') {
    c.storeSized(w.size);
    return;
  }
  c.raw(Op.i64Store, 3);
  c.u32(w.kind === 'state' ? w.address : w.kind === 'x' && w.register.n >= 0 ? xAddress(w.register.n) : 0);
}

/**
 * Emits the handler for the instruction's shape; gives the layout of its records. `far`: a direct branch whose target
 * is in another page.
 */
export function emitHandler(f: Frame, d: Decoded, far: boolean): RecordLayout {
  const { c } = f;
  const layout = new RecordLayout();
  // The type argument only matters to the type checker: `exec` is generic in it.
  const b = new RecordBuilder<I64>(d.shape.sf === 0 ? 32 : 64, layout);
  d.insn.exec<I64>(b, b.bind(d.operands), d.shape);
  const flags = b.newFlags && packFlags(b.newFlags).node;
  const { end, writes } = b;
  const roots: Node[] = [...rootsOf(b.effects), ...writes.map(w => w.value)];
  if (flags) roots.push(flags);
  if (end?.kind === 'branch' && end.taken) roots.push(end.taken);
  if (end?.kind === 'jump') roots.push(end.to);
  if (end?.kind === 'exception') roots.push(end.iss);
  if (end?.kind === 'event') roots.push(end.operand);
  c.releaseTemps();
  c.count(roots);
  const effects = new EffectEmitter(c, f.fault);
  effects.emit(b.effects);

  const flow = new Flow(f);
  if (end?.kind === 'exception') {
    raise(f, end.ec, end.iss);
    return layout;
  }
  // What the end needs is computed before registers change.
  const late =
    end?.kind === 'branch'
      ? end.taken
      : end?.kind === 'jump'
        ? end.to
        : end?.kind === 'event'
          ? end.operand
          : undefined;
  const kept = late && keep(c, late);
  let farTarget = -1;
  if (end?.kind === 'branch' && far) {
    farTarget = c.temp('i64');
    pushFarTarget(c, layout.offset(end.to.name, 'displacement'));
    c.set(farTarget);
  }
  if (flags) c.value(flags);
  // Pushed in reverse, so that the last write to a register is stored last.
  for (const w of [...writes].reverse()) {
    pushTarget(c, layout, w);
    c.value(w.value);
  }
  for (const w of writes) store(c, w);
  if (flags) c.set(FLAGS);

  switch (end?.kind) {
    case undefined:
      if (effects.leave === undefined) flow.next();
      else {
        flow.bump();
        c.get(effects.leave);
        c.open(Op.if);
        flow.leave(Exit.SYNC);
        c.close();
        f.next();
      }
      break;
    case 'branch': {
      if (kept !== undefined) {
        c.get(kept);
        c.open(Op.if);
      }
      if (far) flow.jump(farTarget, JUMP_KIND.ret, true);
      else {
        const target = c.temp('i32');
        c.get(IP);
        c.fromRecord(Op.i32Load, 2, layout.offset(end.to.name, 'displacement'));
        c.u8(Op.i32Add);
        c.set(target);
        flow.go(target, true);
      }
      if (kept !== undefined) {
        c.close();
        flow.next();
      }
      break;
    }
    case 'jump':
      flow.jump(kept!, JUMP_KIND[end.how], true);
      break;
    case 'event':
      flow.bump();
      c.storeAt(Op.i32Store, 2, CELL.EVENT, () => c.i32(CpuEvent[end.event]));
      c.storeAt(Op.i64Store, 3, CELL.BOUNCE, () => c.get(kept!));
      flow.leave(Exit.EVENT);
      break;
    case 'unmask':
      flow.bump();
      c.loadAt(Op.i32Load, 2, STATE.PENDING);
      c.loadAt(Op.i32Load, 2, STATE.DAIF);
      c.i32(-1);
      c.raw(Op.i32Xor, Op.i32And);
      c.open(Op.if);
      flow.leave(Exit.SYNC);
      c.close();
      f.next();
      break;
  }
  return layout;
}

/** Computes a value into a local that nothing else writes. */
function keep(c: Code, n: Node): number {
  const local = c.temp(n.ty);
  c.value(n);
  c.set(local);
  return local;
}

function pushFarTarget(c: Code, displacement: number): void {
  // Displacements count records; four bytes of code are sixteen of records.
  c.fromRecord(Op.i32Load, 2, displacement);
  c.i32(2);
  c.raw(0x75, 0xac);
  c.pc(0);
  c.u8(Op.i64Add);
}

/** Raises an exception in place of the instruction. */
function raise(f: Frame, ec: number, iss: Node): void {
  const { c } = f;
  c.storeAt(Op.i32Store, 2, CELL.EXCEPTION_CLASS, () => c.i32(ec));
  c.storeAt(Op.i32Store, 2, CELL.EXCEPTION_ISS, () => c.value(iss));
  c.storeAt(Op.i32Store, 2, CELL.REASON, () => c.i32(Exit.EXCEPTION));
  c.branch(f.fault);
}

/** The handler of records that are not decoded yet. */
export function emitDecode(f: Frame): void {
  const { c } = f;
  c.get(IP);
  c.call(Import.decode);
  f.next();
}
/** The handler behind the last record of a page: goes on in the next page. */
export function emitPageEnd(f: Frame): void {
  const { c } = f;
  c.releaseTemps();
  const to = c.temp('i64');
  c.pc(0);
  c.set(to);
  new Flow(f).jump(to, JUMP_KIND.ret, false);
}
/** The handler of words that are UNDEFINED. */
export function emitUndefined(f: Frame): void {
  const { c } = f;
  c.storeAt(Op.i32Store, 2, CELL.EXCEPTION_CLASS, () => c.i32(0));
  c.storeAt(Op.i32Store, 2, CELL.EXCEPTION_ISS, () => c.i32(0));
  c.storeAt(Op.i32Store, 2, CELL.REASON, () => c.i32(Exit.EXCEPTION));
  c.branch(f.fault);
}
