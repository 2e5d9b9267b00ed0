/** The operation table: one row gives the wasm opcode and the meaning on constants. */
import type { Ty } from '../wasm/types.js';
import { type Const, constant, Node } from './node.js';

/** Meaning of an operation on constants. */
export type Fold = (...args: Const[]) => Const;
/** A row: result type, wasm opcode bytes (with immediates), meaning. */
export interface Operation {
  readonly ty: Ty;
  readonly code: readonly number[];
  readonly fold: Fold;
}

const OPERATIONS = new Map<string, Operation>();

/** Adds a row. */
export function operation(name: string, ty: Ty, code: readonly number[], fold: Fold): void {
  if (OPERATIONS.has(name)) throw new Error(`operation ${name} is defined twice`);
  OPERATIONS.set(name, { ty, code, fold });
}

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
  return new Node(name, o.ty, args);
}

/** `c ? t : f`. */
export function makeSelect(c: Node, t: Node, f: Node): Node {
  if (c.isConst) return c.k ? t : f;
  return t === f ? t : new Node('select', t.ty, [t, f, c]);
}
