/** What an instruction does besides computing values. */
import type { CpuEventName, FpFormat, FpOp, JumpKind } from '../a64/spec/index.js';
import type { Cell, Disp, Element, G, V } from '../a64/spec/operands.js';
import type { Node } from '../ir/index.js';

/** A memory access: `count` neighbouring elements of `size` bytes (16: a vector). */
export interface Access {
  readonly size: 1 | 2 | 4 | 8 | 16;
  readonly count: 1 | 2;
  /** Required alignment in bytes; 1 for none. */
  readonly align: number;
  readonly unprivileged: boolean;
  /** Reads on behalf of a read-modify-write need write permission. */
  readonly atomic: boolean;
  /** Acquires or releases: SCTLR.nAA says whether it may be misaligned. */
  readonly ordered: boolean;
}

/** Host arithmetic for an FP operation, and whether its result is the architecture's (i32). */
export interface FpFast {
  readonly value: Node;
  readonly ok: Node;
  /** A cheaper condition that `ok` follows from, for compiled code; where that fails, `ok` is the same as `rest`, or 0. */
  readonly quick?: Node;
  readonly rest?: Node;
}

/** Effects in program order. `results` are nodes that later nodes refer to. */
export type Effect =
  | { readonly kind: 'load'; readonly results: readonly Node[]; readonly address: Node; readonly access: Access }
  | { readonly kind: 'store'; readonly values: readonly Node[]; readonly address: Node; readonly access: Access }
  | { readonly kind: 'if'; readonly condition: Node; readonly body: readonly Effect[] }
  | { readonly kind: 'trap'; readonly condition: Node; readonly ec: number; readonly iss: Node }
  | { readonly kind: 'sysread'; readonly result: Node; readonly key: Node }
  | { readonly kind: 'syswrite'; readonly key: Node; readonly value: Node }
  | {
      readonly kind: 'fp';
      readonly op: FpOp;
      readonly format: FpFormat;
      readonly lanes: number;
      readonly param: number;
      readonly args: readonly Node[];
      readonly fast: FpFast | undefined;
      readonly result: Node;
    }
  | {
      readonly kind: 'routine';
      readonly number: number;
      readonly args: readonly Node[];
      readonly param: Node;
      readonly result: Node;
    };

/** Writes that happen when the instruction retires. */
export type Write =
  | { readonly kind: 'x'; readonly register: G; readonly value: Node }
  | { readonly kind: 'v'; readonly register: V; readonly value: Node }
  | { readonly kind: 'element'; readonly element: Element; readonly size: 1 | 2 | 4 | 8; readonly value: Node }
  | { readonly kind: 'cell'; readonly cell: Cell; readonly value: Node }
  | { readonly kind: 'state'; readonly address: number; readonly value: Node };

/** How the instruction ends, when not by going on to the next one. */
export type End =
  | { readonly kind: 'branch'; readonly to: Disp; readonly taken: Node | undefined }
  | { readonly kind: 'jump'; readonly to: Node; readonly how: JumpKind }
  | { readonly kind: 'exception'; readonly ec: number; readonly iss: Node }
  | { readonly kind: 'event'; readonly event: CpuEventName; readonly operand: Node }
  /** PSTATE.DAIF was written: leave if a pending interrupt is unmasked now. */
  | { readonly kind: 'unmask' };
