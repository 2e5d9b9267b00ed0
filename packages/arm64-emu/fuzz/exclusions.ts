/** What is not compared, and why. */
import { EPILOGUE, Signal } from './protocol.js';
import type { Outcome } from './subject.js';

export interface Exclusion {
  readonly reason: string;
  /** By word and, when it decodes, the definition's name. */
  readonly matches: (word: number, name: string | undefined) => boolean;
}
const masked =
  (mask: number, bits: number) =>
  (w: number): boolean =>
    (w & mask) >>> 0 === bits >>> 0;
const named =
  (...names: readonly string[]) =>
  (_: number, name: string | undefined): boolean =>
    name !== undefined && names.includes(name);

export const EXCLUSIONS: readonly Exclusion[] = [
  { reason: 'ends the process or leaves user mode', matches: named('SVC, HVC, SMC') },
  { reason: "HLT #0xf000 is semihosting in QEMU's user mode", matches: masked(0xffffffff, 0xd45e0000) },
  {
    reason: 'system registers differ between a Linux process and a bare CPU; NZCV, FPCR and FPSR are compared',
    matches: (w, name) =>
      (name === 'MRS' || name === 'MSR (register)') && ![0xda10, 0xda20, 0xda21].includes((w >>> 5) & 0xffff),
  },
  { reason: 'cache and translation maintenance; DC ZVA clears another size', matches: named('SYS', 'SYSL') },
  {
    reason: 'the value of a pointer authentication code is implementation defined',
    matches: named(
      'PACIA, PACIB, PACDA, PACDB, AUTIA, AUTIB, AUTDA, AUTDB, and with zero modifier',
      'XPACI, XPACD',
      'PACGA',
      'PACIASP and the other hints of pointer authentication',
      'BRAA, BRAB, BLRAA, BLRAB, and with zero modifier',
      'RETAA, RETAB',
      'LDRAA, LDRAB',
    ),
  },
  { reason: 'FEAT_WFxT is newer than QEMU 7.2', matches: named('WFET, WFIT') },
  {
    reason: 'FEAT_MOPS is newer than QEMU 7.2',
    matches: named('CPYFP, CPYP', 'CPYFM, CPYFE, CPYM, CPYE', 'SETP', 'SETM, SETE'),
  },
  {
    reason: 'QEMU takes half-precision scalar pairwise operations with size<0> = 1, which is reserved',
    matches: masked(0xff7e0c00 | 0x00400000, 0x5e700800),
  },
  {
    reason: 'QEMU takes half-precision operations across lanes with size<0> = 1, which is reserved',
    matches: masked(0xbf7f0c00, 0x0e700800),
  },
  {
    reason: 'QEMU takes FMOV (vector, immediate, half-precision) with op = 1, which is reserved',
    matches: masked(0xbff8fc00, 0x2f00fc00),
  },
  {
    reason: 'QEMU takes CNT with an element size other than bytes, which is reserved',
    matches: (w, name) => name === undefined && masked(0xbf3ffc00, 0x0e205800)(w),
  },
  { reason: 'FEAT_MTE: PSTATE.TCO', matches: masked(0xfffff0ff, 0xd503409f) },
  {
    reason: 'QEMU 7.2 aborts on unallocated half-precision two-register miscellaneous',
    matches: (w, name) => name === undefined && masked(0x8f7e0c00, 0x0e780800)(w),
  },
  {
    reason: 'QEMU sign-extends half-precision scalar FCVTZS (fixed-point) beyond 16 bits',
    matches: (w, name) =>
      name === 'SCVTF, UCVTF, FCVTZS, FCVTZU (vector, fixed-point)' && masked(0xfff0fc00, 0x5f10fc00)(w),
  },
  // Instructions of QEMU's `max` that are not of this table.
  { reason: 'FEAT_MTE: ADDG, SUBG', matches: masked(0xbfc0c000, 0x91800000 & 0xbfc0c000) },
  {
    reason: 'FEAT_MTE: SUBP, SUBPS, IRG, GMI',
    matches: w => (w & 0xdfe00000) >>> 0 === 0x9ac00000 && [0, 4, 5].includes((w >>> 10) & 63),
  },
  { reason: 'FEAT_MTE: tag loads and stores', matches: masked(0xff200000, 0xd9200000) },
  { reason: 'FEAT_MTE: STGP', matches: masked(0xfe400000, 0x68000000) },
];

/** Outcomes that are not compared although the instruction is. */
export interface OutcomeExclusion {
  readonly reason: string;
  readonly matches: (name: string | undefined, ours: Outcome, theirs: Outcome) => boolean;
}
export const OUTCOME_EXCLUSIONS: readonly OutcomeExclusion[] = [
  {
    reason: 'a fault in the middle of a vector, pair or structure leaves registers and memory UNKNOWN',
    matches: (name, ours, theirs) =>
      name !== undefined &&
      /^LD1|^LDP|SIMD&FP/.test(name) &&
      ours.signal === Signal.SEGV &&
      theirs.signal === Signal.SEGV,
  },
  {
    reason: "the runner's epilogue is not in the emulator's memory",
    matches: (_, ours) => ours.address >= BigInt(EPILOGUE) && ours.address < BigInt(EPILOGUE + 4096),
  },
];
