/** Rows of the operation table. */
import type { Ty } from '../wasm/types.js';
import type { Const } from './node.js';

/** Meaning of an operation on constants. */
export type Fold = (...args: Const[]) => Const;
/** A row: result type, wasm opcode bytes (with immediates), meaning. */
export interface Operation {
  readonly ty: Ty;
  readonly code: readonly number[];
  readonly fold: Fold;
}

/** A part of the table. */
export class OperationRows {
  readonly rows = new Map<string, Operation>();
  /** Adds a row. */
  readonly add = (name: string, ty: Ty, code: readonly number[], fold: Fold): void => {
    if (this.rows.has(name)) throw new Error(`operation ${name} is defined twice`);
    this.rows.set(name, { ty, code, fold });
  };
}
