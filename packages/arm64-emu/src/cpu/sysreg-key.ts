/**
 * System register encodings as one number: op0 in bits 15:14, op1 13:11, CRn 10:7, CRm 6:3, op2 2:0,
 * the order of bits 20:5 of an MRS, MSR or SYS instruction.
 */
export function sysKey(op0: number, op1: number, crn: number, crm: number, op2: number): number {
  return (op0 << 14) | (op1 << 11) | (crn << 7) | (crm << 3) | op2;
}

const TEXT = /^S([0-3])_([0-7])_C(\d{1,2})_C(\d{1,2})_([0-7])$/i;

/** The key of `S<op0>_<op1>_C<n>_C<m>_<op2>`, the assembler's generic name of a register. */
export function parseSysKey(text: string): number {
  const m = TEXT.exec(text);
  const n = m?.slice(1).map(Number);
  if (!n || n[2]! > 15 || n[3]! > 15) throw new RangeError(`not a system register encoding: ${text}`);
  return sysKey(n[0]!, n[1]!, n[2]!, n[3]!, n[4]!);
}

/** The assembler's generic name of a key, such as `S3_0_C1_C0_0`. */
export function formatSysKey(key: number): string {
  return `S${key >> 14}_${(key >> 11) & 7}_C${(key >> 7) & 15}_C${(key >> 3) & 15}_${key & 7}`;
}

/** ISS of a trapped MSR, MRS or SYS instruction (EC 0x18): Arm ARM, ESR_ELx. */
export function sysTrapIss(key: number, rt: number, read: boolean): number {
  const op0 = key >> 14;
  const op1 = (key >> 11) & 7;
  const crn = (key >> 7) & 15;
  const crm = (key >> 3) & 15;
  return (op0 << 20) | ((key & 7) << 17) | (op1 << 14) | (crn << 10) | (rt << 5) | (crm << 1) | (read ? 1 : 0);
}
