/** Exception classes (Arm ARM, ESR_EL1.EC) that an AArch64-only CPU can raise. */
export const EC = {
  unknown: 0x00,
  wfx: 0x01,
  fpAccess: 0x07,
  pauth: 0x09,
  bti: 0x0d,
  illegalState: 0x0e,
  svc: 0x15,
  hvc: 0x16,
  smc: 0x17,
  system: 0x18,
  pacFail: 0x1c,
  instructionAbortLower: 0x20,
  instructionAbort: 0x21,
  pcAlignment: 0x22,
  dataAbortLower: 0x24,
  dataAbort: 0x25,
  spAlignment: 0x26,
  mops: 0x27,
  fpException: 0x2c,
  serror: 0x2f,
  breakpointLower: 0x30,
  breakpoint: 0x31,
  softwareStepLower: 0x32,
  softwareStep: 0x33,
  watchpointLower: 0x34,
  watchpoint: 0x35,
  brk: 0x3c,
} as const;

/** Bits of a data abort's ISS. */
export const ISS = {
  /** The access was a write. */
  WnR: 1 << 6,
  /** Stage 2 fault on a walk of stage 1. */
  S1PTW: 1 << 7,
  /** Raised by cache maintenance or address translation. */
  CM: 1 << 8,
  /** FAR is not valid. */
  FnV: 1 << 10,
} as const;

/** ISS of a trap without a condition: CV set, COND always. */
export const NO_CONDITION = (1 << 24) | (0xe << 20);
/** Fault status of debug exceptions, which breakpoints, watchpoints and steps share. */
export const FSC_DEBUG = 0x22;

/** ESR_ELx of a class and its syndrome; IL (a 32-bit instruction) is set, as for every A64 exception. */
export function esr(ec: number, iss: number): bigint {
  return (BigInt(ec) << 26n) | (1n << 25n) | BigInt(iss & 0x1ff_ffff);
}
