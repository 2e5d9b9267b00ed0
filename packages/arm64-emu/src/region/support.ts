/** Functions that regions share: a module of its own, whose exports the modules of regions import. */
import { CELL } from '../engine/state.js';
import { Code, IP } from '../interp/code.js';
import { Exit } from '../interp/exit.js';
import { countBranch, Flow, JUMP_KIND } from '../interp/flow.js';
import { FUNC_TYPES, IMPORTS, Import } from '../interp/imports.js';
import { closeExits, openExits } from '../interp/module.js';
import { RECORD_SIZE } from '../interp/record.js';
import { buildModule, type Func, type FuncImport, type FuncType } from '../wasm/module.js';
import { Op } from '../wasm/opcodes.js';
import { packFunction } from './pending-flags.js';

/** Types of functions in modules of regions: those of the interpreter, then these. */
const TYPE_PACK = FUNC_TYPES.length;
const TYPE_MISS = TYPE_PACK + 1;
const TYPE_MISS_STORE = TYPE_MISS + 1;
const TYPE_LEAVE = TYPE_MISS_STORE + 1;
export const REGION_TYPES: readonly FuncType[] = [
  ...FUNC_TYPES,
  { params: ['i32', 'i64', 'i64'], results: ['i32'] },
  { params: ['i64', 'i32', 'i32', 'i32'], results: ['i32'] },
  { params: ['i64', 'i64', 'i64', 'i32', 'i32', 'i32'], results: ['i32'] },
  { params: ['i32', 'i32', 'i32'], results: [] },
];

const FUNCTIONS = [
  // (kind, operand, operand): NZCV of flags that wait
  { name: 'pack', type: TYPE_PACK, make: packFunction },
  // (address, record, remaining budget, access): what `slow` returns
  { name: 'miss', type: TYPE_MISS, make: (type: number) => missFunction(type, 0) },
  // (address, value, value, record, remaining budget, access): the same for a store of one or two values
  { name: 'missStore', type: TYPE_MISS_STORE, make: (type: number) => missFunction(type, 2) },
  // (record, whether a branch leads there, remaining budget): leaves for the record, with all in cells
  { name: 'leave', type: TYPE_LEAVE, make: leaveFunction },
  // (0, flags, remaining budget): jumps to the address in its cell, with all in cells
  { name: 'jumpTo', type: TYPE_LEAVE, make: jumpFunction },
] as const;

/** What modules of regions import, before the functions of other modules. */
export const REGION_IMPORTS: readonly FuncImport[] = [
  ...IMPORTS,
  ...FUNCTIONS.map(({ name, type }) => ({ name, type })),
];
/** Indices of the shared functions. */
export const Support = {
  pack: IMPORTS.length,
  miss: IMPORTS.length + 1,
  missStore: IMPORTS.length + 2,
  leave: IMPORTS.length + 3,
  jumpTo: IMPORTS.length + 4,
} as const;

/** Where the number of instructions that are charged but not done is in the access that `miss` takes; below 0 if not charged. */
const LEFT_SHIFT = 12;
/** The access for `miss`: `info` of `slow`, and how many instructions are charged but not done. */
export const missedAccess = (info: number, left: number): number => info | (left << LEFT_SHIFT);
/** log2 of an element's bytes in `info`. */
const SIZE_MASK = 7;

function missFunction(type: number, values: number): Func {
  const c = new Code();
  const [ip, remaining, access] = [1 + values, 2 + values, 3 + values];
  c.storeAt(Op.i32Store, 2, CELL.IP, () => c.get(ip));
  c.storeAt(Op.i32Store, 2, CELL.BUDGET, () => {
    c.get(remaining);
    c.get(access);
    c.i32(LEFT_SHIFT);
    c.u8(Op.i32ShrS);
    c.i32(Math.log2(RECORD_SIZE));
    c.raw(Op.i32Shl, Op.i32Add);
    c.get(ip);
    c.u8(Op.i32Add);
  });
  for (let v = 0; v < values; v++) {
    // The second element lies behind the first; what is stored beyond elements means nothing.
    c.i32(v);
    c.get(access);
    c.i32(SIZE_MASK);
    c.raw(Op.i32And, Op.i32Shl);
    c.get(1 + v);
    c.storeSized(8, CELL.BOUNCE);
  }
  c.get(0);
  c.u8(Op.i32Wrap);
  c.get(0);
  c.i64(32n);
  c.raw(Op.i64ShrU, Op.i32Wrap);
  c.get(access);
  c.i32((1 << LEFT_SHIFT) - 1);
  c.u8(Op.i32And);
  c.call(Import.slow);
  return { type, locals: c.locals, code: c.result() };
}

function leaveFunction(type: number): Func {
  const c = new Code();
  const [taken, remaining] = [1, 2];
  const reason = (k: number): void => c.storeAt(Op.i32Store, 2, CELL.REASON, () => c.i32(k));
  c.storeAt(Op.i32Store, 2, CELL.IP, () => c.get(IP));
  c.storeAt(Op.i32Store, 2, CELL.BUDGET, () => {
    c.get(remaining);
    c.get(IP);
    c.u8(Op.i32Add);
  });
  c.get(remaining);
  c.ifSpent();
  reason(Exit.BUDGET);
  c.u8(Op.return);
  c.close();
  reason(Exit.CONTINUE);
  c.get(taken);
  c.open(Op.if);
  countBranch(c, () => reason(Exit.HOT));
  c.close();
  return { type, locals: c.locals, code: c.result() };
}

function jumpFunction(type: number): Func {
  const c = new Code();
  const exits = openExits(c);
  const to = c.newLocal('i64');
  c.loadAt(Op.i64Load, 3, CELL.JUMP);
  c.set(to);
  const next = (): void => {
    c.i32(Exit.CONTINUE);
    c.set(exits.reason);
    c.branch(exits.exit);
  };
  new Flow({ ...exits, counting: true, next }).jump(to, JUMP_KIND.ret, false);
  closeExits(exits);
  c.set(exits.reason);
  c.storeAt(Op.i32Store, 2, CELL.REASON, () => c.get(exits.reason));
  return { type, locals: c.locals, code: c.result() };
}

/** The shared functions of one engine, by name. */
export function supportFunctions(imports: WebAssembly.Imports): WebAssembly.ModuleImports {
  const funcs = FUNCTIONS.map(({ name, type, make }) => ({ ...make(type), exportAs: name }));
  const bytes = buildModule({ types: REGION_TYPES, imports: IMPORTS, funcs });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
  return exports as WebAssembly.ModuleImports;
}
