/** What a stage 2 fault tells a hypervisor about the access, so that it can do it in the guest's place. */

const ISV = 1 << 24;
const NONE = 0;
const DOUBLEWORD = 3;

const fields = (size: number, signed: boolean, rt: number, wide: boolean): number =>
  ISV | (size << 22) | (signed ? 1 << 21 : 0) | (rt << 16) | (wide ? 1 << 15 : 0);

/**
 * ISS[24:14] of a data abort: access size, sign extension, register, width, ordering of a load or store of one general
 * register without writeback (Arm ARM, ESR_ELx). 0, which is not valid, for everything else.
 */
export function transferSyndrome(word: number): number {
  const size = word >>> 30;
  const rt = word & 31;
  // LDAR, STLR, LDLAR, STLLR
  if ((word & 0x3fbf_7c00) === 0x089f_7c00) return fields(size, false, rt, size === DOUBLEWORD) | (1 << 14);
  // Load/store register: size 111 0 0x opc
  if ((word & 0x3e00_0000) !== 0x3800_0000) return NONE;
  const opc = (word >>> 22) & 3;
  if ((word & 0x0100_0000) === 0) {
    const form = (word >>> 10) & 3;
    // With bit 21: register offset, or atomics; without: post- and pre-index write back.
    if ((word & 0x0020_0000) !== 0 ? form !== 2 : (form & 1) !== 0) return NONE;
  }
  if (size === DOUBLEWORD && opc >= 2) return NONE;
  return fields(size, opc >= 2, rt, opc >= 2 ? opc === 2 : size === DOUBLEWORD);
}
