/** Instruction definitions and what is derived from their patterns and templates. */
export * from '../../ir/index.js';
export {
  CpuEvent,
  type CpuEventName,
  type Ctx,
  ExceptionClass,
  Flags,
  type FpContext,
  type JumpKind,
  type MemAttr,
  type Size,
} from './ctx.js';
export { type Decoded, Decoder, PLAIN_ENV } from './decoder.js';
export { type Aliases, disassemble, useAliases } from './disassembler.js';
export {
  DOUBLE,
  FP_OP_NAMES,
  FP_OPS,
  type FpFormat,
  type FpOp,
  intParam,
  Rounding,
  SINGLE,
} from './fp-ops.js';
export {
  type DecodeEnv,
  definitions,
  type Insn,
  insn,
  type SysRegAccess,
} from './insn.js';
export {
  Cell,
  Cond,
  cc,
  cell,
  Disp,
  disp,
  Element,
  element,
  G,
  Imm,
  imm,
  imm32,
  imm64,
  type Operand,
  R,
  V,
  VR,
  X,
  XSP,
} from './operands.js';
export { callRoutine, routineNumber } from './routines.js';
