/**
 * Assembles handlers into modules. The main module has `run`, a loop around one switch of the hot handlers that calls
 * the others through a table; `step`, which calls every handler through the table and stops at any instruction; and the
 * handlers known in advance. Further handlers come in modules of their own when they are first met.
 */
import { ASK_BEFORE, BASE_NUMBERS, CELL, HOOK_NUMBER, REGION_BASE, STATE } from '../engine/state.js';
import { buildModule, type Func } from '../wasm/module.js';
import { Op } from '../wasm/opcodes.js';
import { BUDGET, Code, FLAGS, IP } from './code.js';
import { Exit } from './exit.js';
import type { Frame } from './flow.js';
import { emitDecode, emitHandler, emitPageEnd, emitSequence, emitUndefined, type HandlerSource } from './handler.js';
import { FUNC_TYPES, FuncTypes, IMPORTS, Import } from './imports.js';
import type { RecordLayout } from './record.js';

/** Slots of the table of handlers and regions; numbers must fit the u16 of a record. */
const TABLE_SIZE = 65536;

const emitElsewhere = (f: Frame): void => f.elsewhere!();

const SPECIALS: readonly ((f: Frame) => void)[] = [emitDecode, emitPageEnd, emitUndefined];

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
type Exits = Omit<Frame, 'next' | 'counting'>;

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

/** Pushes the number of the handler of the record's instruction alone: regions and sequences are more than that. */
function pushBaseNumber(c: Code): void {
  c.fromRecord(Op.i32Load16U, 1, 0);
  c.i32(1);
  c.u8(Op.i32Shl);
  c.raw(Op.i32Load16U, 1);
  c.u32(BASE_NUMBERS);
}

/**
 * The loop around the switch of `hot` handlers. These call nothing, so that all of the loop's values stay in registers:
 * what needs a call is left to the instruction's handler in the table.
 */
function runFunction(hot: readonly ((f: Frame) => void)[], counting: boolean): Func {
  const c = new Code();
  const result = c.newLocal('i32');
  const number = c.newLocal('i32');
  const before = c.newLocal('i32');
  withExits(c, exits => {
    const top = c.open(Op.loop);
    const outside = c.open(Op.block);
    const given = c.open(Op.block);
    const elsewhere = (): void => {
      c.sync();
      c.branch(given);
    };
    c.leaveInstead = elsewhere;
    c.leaveInexact = elsewhere;
    c.leaveTrapped = elsewhere;
    for (let i = 0; i <= hot.length; i++) c.open(Op.block);
    c.fromRecord(Op.i32Load16U, 1, 0);
    c.u8(Op.brTable);
    c.u32(hot.length);
    for (let i = 0; i <= hot.length; i++) c.u32(i);
    c.close();
    for (const emit of hot) {
      emit({ ...exits, counting, elsewhere, next: () => c.branch(top) });
      c.close();
    }
    c.fromRecord(Op.i32Load16U, 1, 0);
    c.set(number);
    c.branch(outside);
    c.close();
    pushBaseNumber(c);
    c.set(number);
    c.close();
    // The handler keeps the registers in their cells.
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
    callHandler(c, () => pushBaseNumber(c));
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
  const number = c.newLocal('i32');
  const top = c.open(Op.loop);
  c.pushRemaining();
  c.ifSpent();
  saveRegisters(c);
  c.i32(Exit.BUDGET);
  c.u8(Op.return);
  c.close();
  pushBaseNumber(c);
  c.set(number);
  c.loadAt(Op.i32Load, 2, CELL.CHECK);
  c.open(Op.if);
  c.get(number);
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
  pushBaseNumber(c);
  c.set(number);
  c.close();
  c.close();
  callHandler(c, () => c.get(number));
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

/** What the main module is made of: numbers are given in this order, behind those of the special handlers. */
export interface MainSources {
  /** Handlers in the switch, hottest first. */
  readonly hot: readonly HandlerSource[];
  /** Sequences, in the switch too. */
  readonly sequences: readonly (readonly HandlerSource[])[];
  /** Handlers that are only in the table, as those in the switch are too. */
  readonly others: readonly HandlerSource[];
}

/** The main module; layouts are of the hot and the other handlers. */
export function mainModule({ hot, sequences, others }: MainSources, counting: boolean): HandlerModule {
  const layouts: RecordLayout[] = [];
  const emitter = (s: HandlerSource) => (f: Frame) => {
    layouts.push(emitHandler(f, s.decoded, s.far));
  };
  const functions = [...SPECIALS, ...[...hot, ...others].map(emitter)].map(emit => handlerFunction(emit, counting));
  // The switch emits its handlers again; layouts come out the same.
  const made = layouts.slice();
  const fused = sequences.map(parts => (f: Frame) => emitSequence(f, parts));
  // Instructions that are not decoded yet are for the table.
  const inSwitch = [emitElsewhere, ...SPECIALS.slice(1), ...hot.map(emitter), ...fused];
  const loops = [runFunction(inSwitch, counting), stepFunction()];
  const funcs = [...loops, ...functions, hookFunction()];
  const first = IMPORTS.length + 2;
  const behind = SPECIALS.length + hot.length;
  const elements = new Map(functions.map((_, i) => [i < behind ? i : i + fused.length, first + i]));
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
