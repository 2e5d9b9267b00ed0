/**
 * Assembles handlers into modules. The main module has `run`, a loop around one switch of the hot handlers that calls
 * the others through a table; `step`, which calls every handler through the table and stops at any instruction; and the
 * handlers known in advance. Further handlers come in modules of their own when they are first met.
 */
import type { Decoded } from '../a64/spec/index.js';
import { ASK_BEFORE, CELL, HOOK_NUMBER, REGION_BASE, REGION_ORIGINALS, STATE } from '../engine/state.js';
import { buildModule, type Func } from '../wasm/module.js';
import { Op } from '../wasm/opcodes.js';
import { BUDGET, Code, FLAGS, IP } from './code.js';
import { Exit } from './exit.js';
import type { Frame } from './flow.js';
import { emitDecode, emitHandler, emitPageEnd, emitUndefined } from './handler.js';
import { FUNC_TYPES, FuncTypes, IMPORTS, Import } from './imports.js';
import type { RecordLayout } from './record.js';

/** Slots of the table of handlers and regions; numbers must fit the u16 of a record. */
const TABLE_SIZE = 65536;

const SPECIALS: readonly ((f: Frame) => void)[] = [emitDecode, emitPageEnd, emitUndefined];

/** An instruction, and whether it is a direct branch to another page. */
export interface HandlerSource {
  readonly decoded: Decoded;
  readonly far: boolean;
}

/** Writes the machine's registers to their cells. */
function saveRegisters(c: Code): void {
  c.storeAt(Op.i32Store, 2, CELL.IP, () => c.get(IP));
  c.storeAt(Op.i32Store, 2, CELL.BUDGET, () => c.get(BUDGET));
  c.storeAt(Op.i32Store, 2, STATE.NZCV, () => c.get(FLAGS));
}
function loadRegisters(c: Code): void {
  for (const [local, address] of [
    [IP, CELL.IP],
    [BUDGET, CELL.BUDGET],
    [FLAGS, STATE.NZCV],
  ] as const) {
    c.loadAt(Op.i32Load, 2, address);
    c.set(local);
  }
}

/** Blocks that handlers leave through. */
export type Exits = Omit<Frame, 'next' | 'counting'>;

/** Opens the blocks that handlers leave through. */
export function openExits(c: Code): Exits {
  const reason = c.newLocal('i32');
  const exit = c.open(Op.block);
  const fault = c.open(Op.block);
  return { c, fault, exit, reason };
}
/** Closes them. `settle` emits what every way out passes, before registers are saved. */
export function closeExits({ c, reason }: Exits, settle: () => void = () => {}): void {
  c.close();
  c.loadAt(Op.i32Load, 2, CELL.REASON);
  c.set(reason);
  c.close();
  settle();
  saveRegisters(c);
  c.get(reason);
}
function withExits(c: Code, body: (exits: Exits) => void): void {
  const exits = openExits(c);
  body(exits);
  closeExits(exits);
}

/** A handler as a function of its own: (ip, flags, budget) -> exit reason, or CONTINUE. */
function handlerFunction(emit: (f: Frame) => void, counting: boolean): Func {
  const c = new Code();
  withExits(c, exits => {
    emit({
      ...exits,
      counting,
      next: () => {
        c.i32(Exit.CONTINUE);
        c.set(exits.reason);
        c.branch(exits.exit);
      },
    });
    c.u8(Op.unreachable);
  });
  return { type: FuncTypes.handler, locals: c.locals, code: c.result() };
}

/** Calls the handler whose number `number` pushes. */
function callHandler(c: Code, number = (): void => c.fromRecord(Op.i32Load16U, 1, 0)): void {
  c.get(IP);
  c.get(FLAGS);
  c.get(BUDGET);
  number();
  c.raw(Op.callIndirect, FuncTypes.handler, 0);
}

/** Calls the handler of one instruction: regions are more than that, the handler that was there before is called. */
function callOriginal(c: Code): void {
  const number = c.newLocal('i32');
  c.fromRecord(Op.i32Load16U, 1, 0);
  c.tee(number);
  c.i32(REGION_BASE);
  c.u8(Op.i32GeU);
  c.open(Op.if);
  c.get(number);
  c.i32(REGION_BASE);
  c.u8(Op.i32Sub);
  c.i32(1);
  c.u8(Op.i32Shl);
  c.raw(Op.i32Load16U, 1);
  c.u32(REGION_ORIGINALS);
  c.set(number);
  c.close();
  callHandler(c, () => c.get(number));
}

/** The loop around the switch of `hot` handlers. */
function runFunction(hot: readonly ((f: Frame) => void)[], counting: boolean): Func {
  const c = new Code();
  const result = c.newLocal('i32');
  const number = c.newLocal('i32');
  const before = c.newLocal('i32');
  withExits(c, exits => {
    const top = c.open(Op.loop);
    for (let i = 0; i <= hot.length; i++) c.open(Op.block);
    c.fromRecord(Op.i32Load16U, 1, 0);
    c.u8(Op.brTable);
    c.u32(hot.length);
    for (let i = 0; i <= hot.length; i++) c.u32(i);
    c.close();
    for (const emit of hot) {
      emit({ ...exits, counting, next: () => c.branch(top) });
      c.close();
    }
    // not hot: the handler keeps the registers in their cells
    c.fromRecord(Op.i32Load16U, 1, 0);
    c.set(number);
    c.pushRemaining();
    c.set(before);
    callHandler(c, () => c.get(number));
    c.set(result);
    loadRegisters(c);
    c.get(number);
    c.i32(REGION_BASE);
    c.u8(Op.i32GeU);
    c.open(Op.if);
    c.storeAt(Op.i64Store, 3, CELL.COMPILED, () => {
      c.loadAt(Op.i64Load, 3, CELL.COMPILED);
      c.get(before);
      c.pushRemaining();
      c.raw(Op.i32Sub, Op.i64ExtendS, Op.i64Add);
    });
    c.close();
    c.get(result);
    c.i32(Exit.ORIGINAL);
    c.u8(Op.i32Eq);
    c.open(Op.if);
    // A loop may consist of regions that all leave this way, without a branch that looks at the budget.
    c.pushRemaining();
    c.ifSpent();
    c.i32(Exit.BUDGET);
    c.u8(Op.return);
    c.close();
    callOriginal(c);
    c.set(result);
    loadRegisters(c);
    c.close();
    c.get(result);
    c.i32(0);
    c.u8(Op.i32LtS);
    c.branch(top, Op.brIf);
    c.get(result);
    c.u8(Op.return);
    c.close();
    c.u8(Op.unreachable);
  });
  return { type: FuncTypes.handler, locals: c.locals, code: c.result(), exportAs: 'run' };
}

/** One handler at a time, with the budget checked before each. */
function stepFunction(): Func {
  const c = new Code();
  const result = c.newLocal('i32');
  const top = c.open(Op.loop);
  c.pushRemaining();
  c.ifSpent();
  saveRegisters(c);
  c.i32(Exit.BUDGET);
  c.u8(Op.return);
  c.close();
  c.loadAt(Op.i32Load, 2, CELL.CHECK);
  c.open(Op.if);
  c.fromRecord(Op.i32Load16U, 1, 0);
  c.raw(Op.i32Load8U, 0);
  c.u32(ASK_BEFORE);
  c.open(Op.if);
  saveRegisters(c);
  c.get(IP);
  c.call(Import.check);
  c.tee(result);
  c.i32(Exit.CONTINUE);
  c.u8(Op.i32Ne);
  c.open(Op.if);
  c.get(result);
  c.u8(Op.return);
  c.close();
  c.close();
  c.close();
  callOriginal(c);
  c.set(result);
  loadRegisters(c);
  c.get(result);
  c.i32(0);
  c.u8(Op.i32LtS);
  c.branch(top, Op.brIf);
  c.get(result);
  c.u8(Op.return);
  c.close();
  c.u8(Op.unreachable);
  return { type: FuncTypes.handler, locals: c.locals, code: c.result(), exportAs: 'step' };
}

/** The handler of instructions that an observer is asked about before they are executed. */
function hookFunction(): Func {
  const c = new Code();
  const number = c.newLocal('i32');
  const result = c.newLocal('i32');
  saveRegisters(c);
  c.get(IP);
  c.call(Import.hook);
  c.tee(number);
  c.i32(0);
  c.u8(Op.i32LtS);
  c.open(Op.if);
  c.loadAt(Op.i32Load, 2, CELL.REASON);
  c.u8(Op.return);
  c.close();
  loadRegisters(c);
  callHandler(c, () => c.get(number));
  c.set(result);
  c.loadAt(Op.i32Load, 2, CELL.AFTER);
  c.open(Op.if);
  c.get(result);
  c.call(Import.after);
  c.u8(Op.return);
  c.close();
  c.get(result);
  return { type: FuncTypes.handler, locals: c.locals, code: c.result() };
}

/** A module and the record layouts of its handlers, in the order given. */
export interface HandlerModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layouts: readonly RecordLayout[];
}

/**
 * The main module: the special handlers have numbers 0 to 2, the `sources` follow; the first `hot` of those are in the
 * switch.
 */
export function mainModule(sources: readonly HandlerSource[], hot: number, counting: boolean): HandlerModule {
  const layouts: RecordLayout[] = [];
  const known = sources.map(s => (f: Frame) => {
    layouts.push(emitHandler(f, s.decoded, s.far));
  });
  const functions = [...SPECIALS, ...known].map(emit => handlerFunction(emit, counting));
  // The switch emits its handlers again; layouts come out the same.
  const made = layouts.slice();
  const loops = [runFunction([...SPECIALS, ...known.slice(0, hot)], counting), stepFunction()];
  const funcs = [...loops, ...functions, hookFunction()];
  const first = IMPORTS.length + 2;
  const elements = new Map(functions.map((_, i) => [i, first + i]));
  elements.set(HOOK_NUMBER, first + functions.length);
  const bytes = buildModule({ types: FUNC_TYPES, imports: IMPORTS, funcs, table: { size: TABLE_SIZE, elements } });
  return { bytes, layouts: made };
}

/** A module of one further handler, exported as `handler`. */
export function singleModule(source: HandlerSource, counting: boolean): HandlerModule {
  const layouts: RecordLayout[] = [];
  const f = handlerFunction(frame => layouts.push(emitHandler(frame, source.decoded, source.far)), counting);
  const bytes = buildModule({ types: FUNC_TYPES, imports: IMPORTS, funcs: [{ ...f, exportAs: 'handler' }] });
  return { bytes, layouts };
}
