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
export { disassemble, disassembleDecoded } from './disassembler.js';
export {
  DOUBLE,
  FP_OP_NAMES,
  FP_OPS,
  type FpFormat,
  type FpOp,
  HALF,
  intParam,
  Rounding,
  SINGLE,
} from './fp-ops.js';
export {
  type Asm,
  type AsmForm,
  type DecodeEnv,
  definitions,
  type Insn,
  insn,
  type Numbers,
  type Spec,
  type SysRegAccess,
} from './insn.js';
export {
  arrangement,
  type Bound,
  Cell,
  Cond,
  cc,
  cell,
  conditionName,
  Disp,
  disp,
  Element,
  element,
  G,
  hex,
  Imm,
  imm,
  imm32,
  imm64,
  type Operand,
  R,
  RSP,
  SR,
  signed,
  V,
  VA,
  VE,
  VR,
  W,
  WSP,
  X,
  XSP,
} from './operands.js';
export { type Field, type Fields, type Names, type Pattern, parsePattern } from './pattern.js';
export { callRoutine, type Routine, routine, routineNumber } from './routines.js';
