import { NOP } from './a64.js';

/** One group of pointer-authentication instructions and what stands for it on a CPU without them. */
export interface PacRule {
  readonly name: string;
  readonly mask: number;
  readonly value: number;
  /** The plain instruction; undefined when there is none of the same size. */
  readonly plain: (word: number) => number | undefined;
}

const rn = (word: number): number => (word >>> 5) & 31;

/** LDRAA and LDRAB as a plain load of the same address, where its offset can be written. */
function plainLoad(word: number): number | undefined {
  const immediate = (((word >>> 22) & 1) << 9) | ((word >>> 12) & 0x1ff);
  const offset = ((immediate << 22) >> 22) * 8;
  const registers = (rn(word) << 5) | (word & 31);
  const near = offset >= -256 && offset <= 255;
  if ((word & 0x800) !== 0) return near ? (0xf8400c00 | ((offset & 0x1ff) << 12) | registers) >>> 0 : undefined;
  if (offset >= 0) return (0xf9400000 | ((offset >> 3) << 10) | registers) >>> 0;
  return near ? (0xf8400000 | ((offset & 0x1ff) << 12) | registers) >>> 0 : undefined;
}

/** Pointer authentication, Arm ARM C6: what each instruction becomes. Signing and checking become NOP. */
export const PAC_RULES: readonly PacRule[] = [
  { name: 'XPACLRI', mask: 0xffffffff, value: 0xd50320ff, plain: () => NOP },
  { name: 'PACIA1716 PACIB1716 AUTIA1716 AUTIB1716', mask: 0xffffff3f, value: 0xd503211f, plain: () => NOP },
  {
    name: 'PACIAZ PACIASP PACIBZ PACIBSP AUTIAZ AUTIASP AUTIBZ AUTIBSP',
    mask: 0xffffff1f,
    value: 0xd503231f,
    plain: () => NOP,
  },
  { name: 'PACIA ... AUTDZB', mask: 0xffffc000, value: 0xdac10000, plain: () => NOP },
  { name: 'XPACI XPACD', mask: 0xfffffbe0, value: 0xdac143e0, plain: () => NOP },
  // The generic hash has no plain form: a constant, equal wherever it is compared.
  { name: 'PACGA', mask: 0xffe0fc00, value: 0x9ac03000, plain: word => (0xd2800000 | (word & 31)) >>> 0 },
  { name: 'BRAAZ BRABZ', mask: 0xfffff81f, value: 0xd61f081f, plain: word => (0xd61f0000 | (rn(word) << 5)) >>> 0 },
  { name: 'BRAA BRAB', mask: 0xfffff800, value: 0xd71f0800, plain: word => (0xd61f0000 | (rn(word) << 5)) >>> 0 },
  { name: 'BLRAAZ BLRABZ', mask: 0xfffff81f, value: 0xd63f081f, plain: word => (0xd63f0000 | (rn(word) << 5)) >>> 0 },
  { name: 'BLRAA BLRAB', mask: 0xfffff800, value: 0xd73f0800, plain: word => (0xd63f0000 | (rn(word) << 5)) >>> 0 },
  { name: 'RETAA RETAB', mask: 0xfffffbff, value: 0xd65f0bff, plain: () => 0xd65f03c0 },
  { name: 'ERETAA ERETAB', mask: 0xfffffbff, value: 0xd69f0bff, plain: () => 0xd69f03e0 },
  { name: 'LDRAA LDRAB', mask: 0xff200400, value: 0xf8200400, plain: plainLoad },
];

/** The rule of a pointer-authentication instruction. */
export const pacRule = (word: number): PacRule | undefined =>
  PAC_RULES.find(rule => (word & rule.mask) >>> 0 === rule.value >>> 0);
