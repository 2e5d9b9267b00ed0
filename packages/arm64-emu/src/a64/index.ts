/**
 * All instruction definitions. The modules define them when they are loaded; they are named here because bundlers leave
 * out imports of which nothing is used.
 */

import { ALIASES } from './aliases.js';
import * as bfloat16 from './bfloat16.js';
import * as branch from './branch.js';
import * as crypto from './crypto.js';
import * as dotProduct from './dot-product.js';
import * as dpImm from './dp-imm.js';
import * as dpReg from './dp-reg.js';
import * as exceptions from './exceptions.js';
import * as fpConvert from './fp-convert.js';
import * as fpScalar from './fp-scalar.js';
import * as hints from './hints.js';
import * as ldst from './ldst.js';
import * as ldstAtomic from './ldst-atomic.js';
import * as ldstExclusive from './ldst-exclusive.js';
import * as ldstPair from './ldst-pair.js';
import * as ldstSimd from './ldst-simd.js';
import * as ldstStructure from './ldst-structure.js';
import * as mops from './mops.js';
import * as pauth from './pauth.js';
import { ROUTINES } from './routines/index.js';
import * as simdAcross from './simd-across.js';
import * as simdCopy from './simd-copy.js';
import * as simdElement from './simd-element.js';
import * as simdFp from './simd-fp.js';
import * as simdFpElement from './simd-fp-element.js';
import * as simdFpMisc from './simd-fp-misc.js';
import * as simdImmediate from './simd-immediate.js';
import * as simdMisc from './simd-misc.js';
import * as simdShift from './simd-shift.js';
import * as simdThreeDifferent from './simd-three-different.js';
import * as simdThreeSame from './simd-three-same.js';
import { definitions, type Insn, useAliases } from './spec/index.js';
import * as system from './system.js';

useAliases(ALIASES);

/** In the order of the Arm ARM's encoding index. */
const MODULES: readonly object[] = [
  dpImm,
  branch,
  system,
  hints,
  exceptions,
  pauth,
  dpReg,
  ldst,
  ldstSimd,
  ldstPair,
  ldstExclusive,
  ldstAtomic,
  ldstStructure,
  mops,
  fpScalar,
  fpConvert,
  simdThreeSame,
  simdMisc,
  simdAcross,
  simdCopy,
  simdThreeDifferent,
  simdElement,
  simdShift,
  simdImmediate,
  dotProduct,
  simdFp,
  simdFpMisc,
  simdFpElement,
  bfloat16,
  crypto,
  ...ROUTINES,
];

/**
 * The definitions of all instructions, whatever a CPU's features.
 *
 * @example
 * const decoder = new Decoder(undefined, PLAIN_ENV, instructionSet());
 */
export function instructionSet(): readonly Insn[] {
  return MODULES.length > 0 ? definitions() : [];
}
