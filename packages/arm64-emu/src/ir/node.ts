/** Graph nodes behind the typed values. */
import type { Ty } from '../wasm/types.js';

/** A constant: i32 as a signed number, i64 as an unsigned bigint, floats as numbers, v128 as 16 bytes. */
export type Const = number | bigint | Uint8Array;

let next = 0;

/** One operation, constant or backend-specific leaf. */
export class Node {
  readonly id = ++next;
  /** How many other nodes or effects use the value; counted by the emitter. */
  uses = 0;
  /** The wasm local that holds the value, once computed. */
  local = -1;
  constructor(
    readonly op: string,
    readonly ty: Ty,
    readonly args: readonly Node[] = [],
    readonly k?: Const,
  ) {}
  get isConst(): boolean {
    return this.op === 'const';
  }
}

/** A constant node. */
export const constant = (ty: Ty, k: Const): Node => new Node('const', ty, [], k);
