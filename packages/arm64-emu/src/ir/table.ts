/** The operation table: one row gives the wasm opcode and the meaning on constants. */
import { type Const, constant, Node } from './node.js';
import type { Operation } from './operation.js';
import { FLOAT_OPERATIONS } from './ops-float.js';
import { INTEGER_OPERATIONS } from './ops-int.js';
import { VECTOR_OPERATIONS } from './ops-simd.js';

const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ...INTEGER_OPERATIONS,
  ...FLOAT_OPERATIONS,
  ...VECTOR_OPERATIONS,
]);

/** The row of `name`, or undefined for nodes that only a backend knows. */
export const findOperation = (name: string): Operation | undefined => OPERATIONS.get(name);
/** All rows, for tests. */
export const operations = (): ReadonlyMap<string, Operation> => OPERATIONS;

const RIGHT_IDENTITY = /^i(32|64)\.(add|sub|or|xor|shl|shr_u|shr_s|rotr|rotl)$/;

/** Makes an operation; folds it when every argument is known. */
export function make(name: string, ...args: Node[]): Node {
  const o = OPERATIONS.get(name);
  if (!o) throw new Error(`no operation ${name}`);
  if (args.every(a => a.isConst)) return constant(o.ty, o.fold(...args.map(a => a.k as Const)));
  const right = args[1];
  if (right?.isConst && (right.k === 0 || right.k === 0n) && RIGHT_IDENTITY.test(name)) return args[0]!;
  return twoShifts(name, args) ?? new Node(name, o.ty, args);
}
/** Lanes shifted to the right by a constant, and by another one: how instructions shift by up to a lane's width. */
function twoShifts(name: string, [shifted, again]: readonly Node[]): Node | undefined {
  const bits = /^i(\d+)x\d+\.shr_[su]$/.exec(name)?.[1];
  if (bits === undefined || shifted!.op !== name || !again!.isConst) return undefined;
  const [value, first] = shifted!.args;
  const k = (first!.k as number) + (again!.k as number);
  return first!.isConst && k < Number(bits) ? make(name, value!, constant('i32', k)) : undefined;
}

/** `c ? t : f`. */
export function makeSelect(c: Node, t: Node, f: Node): Node {
  if (c.isConst) return c.k ? t : f;
  return t === f ? t : new Node('select', t.ty, [t, f, c]);
}
