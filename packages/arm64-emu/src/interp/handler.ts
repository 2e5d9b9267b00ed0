/** Emits one handler: effects, retirement, and the way to the next instruction. */
import { CpuEvent, type Decoded } from '../a64/spec/index.js';
import type { End, Write } from '../builder/effects.js';
import { packFlags } from '../builder/flags.js';
import { CELL, STATE, xAddress } from '../engine/state.js';
import { constant, type I64, type Node } from '../ir/index.js';
import { Op } from '../wasm/opcodes.js';
import { type Code, FLAGS, IP } from './code.js';
import { EffectEmitter, isRepeatable, rootsOf } from './effects.js';
import { Exit } from './exit.js';
import { Flow, type Frame, JUMP_KIND } from './flow.js';
import { Import } from './imports.js';
import { RECORD_SIZE, RecordLayout } from './record.js';
import { RecordBuilder } from './record-builder.js';

/** An instruction, and whether it is a direct branch to another page. */
export interface HandlerSource {
  readonly decoded: Decoded;
  readonly far: boolean;
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

/** Runs the semantics of the instruction's shape. */
function build(d: Decoded): RecordBuilder<I64> {
  // The type argument only matters to the type checker: `exec` is generic in it.
  const b = new RecordBuilder<I64>(d.shape.sf === 0 ? 32 : 64, new RecordLayout());
  d.insn.exec<I64>(b, b.bind(d.operands), d.shape);
  return b;
}
/**
 * Whether the instruction belongs into a loop of many that keeps its values in registers: one that calls nothing, and
 * has no constants that V8 would keep in registers, too. And whether it just goes on with the next instruction.
 */
export function placeOf(d: Decoded): { readonly inline: boolean; readonly straight: boolean } {
  const { effects, writes, newFlags, end } = build(d);
  const flags = newFlags ? [packFlags(newFlags).node] : [];
  const roots = [...rootsOf(effects), ...writes.map(w => w.value), ...flags, ...rootsOfEnd(end)];
  const inline = isRepeatable(effects) && !roots.some(hasLongConstant);
  return { inline, straight: inline && end === undefined };
}
/** Whether a value depends on a constant that is no 32-bit immediate. */
const hasLongConstant = (n: Node): boolean =>
  (n.isConst && typeof n.k === 'bigint' && n.k !== BigInt.asIntN(32, n.k)) || n.args.some(hasLongConstant);

/**
 * Emits the handler for the instruction's shape; gives the layout of its records. `far`: a direct branch whose target
 * is in another page. `goOn`: what follows instructions that just go on, if not the next one's handler.
 */
export function emitHandler(f: Frame, d: Decoded, far: boolean, goOn?: () => void): RecordLayout {
  const { c } = f;
  const b = build(d);
  const { layout } = b;
  const flags = b.newFlags && packFlags(b.newFlags).node;
  const { end, writes } = b;
  c.releaseTemps();
  c.count([...rootsOf(b.effects), ...writes.map(w => w.value), ...(flags ? [flags] : []), ...rootsOfEnd(end)]);
  const effects = new EffectEmitter(c, f.fault);
  effects.emit(b.effects);
  if (end?.kind === 'exception') {
    raise(f, end.ec, end.iss);
    return layout;
  }
  // What the end needs is computed before registers change.
  const operand = rootsOfEnd(end)[0];
  const kept = operand && keep(c, operand);
  const target = end?.kind === 'branch' && far ? farTarget(c, layout.offset(end.to.name, 'displacement')) : undefined;
  const found = writes.length > 0 ? findTarget(new Flow(f), end, kept, target) : undefined;
  if (flags) c.value(flags);
  // Pushed in reverse, so that the last write to a register is stored last.
  for (const w of [...writes].reverse()) {
    pushTarget(c, layout, w);
    c.value(w.value);
  }
  for (const w of writes) store(c, w);
  if (flags) c.set(FLAGS);
  if (end !== undefined) emitEnd(f, layout, end, kept, target, found);
  else if (goOn) goOn();
  else emitNext(f, effects.leave);
  return layout;
}

/** Emits one handler for instructions that follow each other; all but the last just go on. */
export function emitSequence(f: Frame, parts: readonly HandlerSource[]): void {
  const { c } = f;
  const last = parts.length - 1;
  parts.forEach(({ decoded, far }, i) => {
    if (i === last) {
      c.sync();
      c.ahead = 0;
    }
    emitHandler(f, decoded, far, i === last ? undefined : () => (c.ahead += RECORD_SIZE));
  });
}

/** The fetch entry of where an instruction jumps to, if that must be known before registers change. */
function findTarget(
  flow: Flow,
  end: End | undefined,
  kept: number | undefined,
  target: number | undefined,
): number | undefined {
  if (end?.kind === 'jump') return flow.find(kept!, JUMP_KIND[end.how]);
  return target === undefined ? undefined : flow.find(target, JUMP_KIND.ret);
}

/** The value that the end of an instruction uses, if any. */
export function rootsOfEnd(end: End | undefined): Node[] {
  switch (end?.kind) {
    case 'branch':
      return end.taken ? [end.taken] : [];
    case 'jump':
      return [end.to];
    case 'exception':
      return [end.iss];
    case 'event':
      return [end.operand];
    default:
      return [];
  }
}

/** Goes on with the next instruction, unless `leave` is the local of a request to leave and not 0. */
function emitNext(f: Frame, leave: number | undefined): void {
  const flow = new Flow(f);
  flow.bump();
  if (leave !== undefined) leaveIf(f, flow, () => f.c.get(leave));
  f.next();
}
function leaveIf({ c }: Frame, flow: Flow, condition: () => void): void {
  condition();
  c.open(Op.if);
  flow.leave(Exit.SYNC);
  c.close();
}

/**
 * `kept`: the local with the end's operand; `far`: the local with the target of a branch to another page; `found`: that
 * with the target's fetch entry, when it was looked up before.
 */
function emitEnd(
  f: Frame,
  layout: RecordLayout,
  end: End,
  kept: number | undefined,
  far: number | undefined,
  found: number | undefined,
): void {
  const { c } = f;
  const flow = new Flow(f);
  switch (end.kind) {
    case 'branch': {
      if (kept !== undefined) {
        c.get(kept);
        c.open(Op.if);
      }
      if (far !== undefined) flow.jump(far, JUMP_KIND.ret, true, found);
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
      flow.jump(kept!, JUMP_KIND[end.how], true, found);
      break;
    case 'event':
      flow.bump();
      c.storeAt(Op.i32Store, 2, CELL.EVENT, () => c.i32(CpuEvent[end.event]));
      c.storeAt(Op.i64Store, 3, CELL.BOUNCE, () => c.get(kept!));
      flow.leave(Exit.EVENT);
      break;
    case 'unmask':
      flow.bump();
      leaveIf(f, flow, () => {
        c.loadAt(Op.i32Load, 2, STATE.PENDING);
        c.loadAt(Op.i32Load, 2, STATE.DAIF);
        c.i32(-1);
        c.raw(Op.i32Xor, Op.i32And);
      });
      f.next();
      break;
    case 'exception':
      break; // raised before anything is written
  }
}

/** Computes a value into a local that nothing else writes. */
function keep(c: Code, n: Node): number {
  const local = c.temp(n.ty);
  c.value(n);
  c.set(local);
  return local;
}

/** The local with the target of a direct branch. */
function farTarget(c: Code, displacement: number): number {
  const target = c.temp('i64');
  // Displacements count records; four bytes of code are sixteen of records.
  c.fromRecord(Op.i32Load, 2, displacement);
  c.i32(2);
  c.raw(Op.i32ShrS, Op.i64ExtendS);
  c.pc(0);
  c.u8(Op.i64Add);
  c.set(target);
  return target;
}

/** Raises an exception in place of the instruction. */
export function raise(f: Frame, ec: number, iss: Node): void {
  const { c } = f;
  c.sync();
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
  raise(f, 0, constant('i32', 0));
}
