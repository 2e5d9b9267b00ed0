/** The ID registers of our models beside QEMU 7.2's (`virtualization=on`), and why they differ. */
import { CPU_MODELS, withFeatures } from '../src/cpu/models.js';

/** What a guest reads on QEMU 7.2: `-cpu max,pauth-impdef=on` and `-cpu cortex-a72`, GICv3; AArch64 registers only. */
const QEMU: Readonly<Record<string, Readonly<Record<string, bigint>>>> = {
  max: {
    ID_AA64PFR0: 0x1201001121110222n,
    ID_AA64PFR1: 0x1000021n,
    ID_AA64ZFR0: 0x0110110100110021n,
    ID_AA64SMFR0: 0x80f100fd00000000n,
    ID_AA64DFR0: 0x10305609n,
    ID_AA64ISAR0: 0x1221111110212120n,
    ID_AA64ISAR1: 0x0011111110211102n,
    ID_AA64ISAR2: 0n,
    ID_AA64MMFR0: 0x0000032310201126n,
    ID_AA64MMFR1: 0x0000011010211122n,
    ID_AA64MMFR2: 0x1021011010011011n,
  },
  'cortex-a72': {
    ID_AA64PFR0: 0x1000222n,
    ID_AA64PFR1: 0n,
    ID_AA64DFR0: 0x10305106n,
    ID_AA64ISAR0: 0x11120n,
    ID_AA64ISAR1: 0n,
    ID_AA64MMFR0: 0x1124n,
    ID_AA64MMFR1: 0n,
    ID_AA64MMFR2: 0n,
  },
};

const NO_A32 = 'there is no AArch32';
const NO_SVE = 'SVE and SME are not modelled';
const NO_BIG = 'data is little-endian at every level';
const NO_52 = 'addresses of 52 bits are not modelled';
/** Reasons by register and lowest bit of the field. */
const REASONS: Record<string, readonly [field: string, reason: string]> = {
  'ID_AA64PFR0:0': ['EL0', NO_A32],
  'ID_AA64PFR0:4': ['EL1', NO_A32],
  'ID_AA64PFR0:8': ['EL2', NO_A32],
  'ID_AA64PFR0:28': ['RAS', 'there are no errors to record'],
  'ID_AA64PFR0:32': ['SVE', NO_SVE],
  'ID_AA64PFR0:36': ['SEL2', 'there is no Secure state'],
  'ID_AA64PFR1:24': ['SME', NO_SVE],
  'ID_AA64ISAR2:0': ['WFxT', 'WFET and WFIT are there; QEMU has them from version 8 on'],
  'ID_AA64ISAR2:16': ['MOPS', 'memory copies and sets are there; QEMU has them from version 8.2 on'],
  'ID_AA64MMFR0:0': ['PARange', NO_52],
  'ID_AA64MMFR0:8': ['BigEnd', NO_BIG],
  'ID_AA64MMFR0:12': ['SNSMem', 'there is no Secure state'],
  'ID_AA64MMFR0:20': ['TGran16', NO_52],
  'ID_AA64MMFR0:28': ['TGran4', NO_52],
  'ID_AA64MMFR0:32': ['TGran16_2', 'stage 2 has what stage 1 has'],
  'ID_AA64MMFR0:36': ['TGran64_2', 'stage 2 has what stage 1 has'],
  'ID_AA64MMFR0:40': ['TGran4_2', 'stage 2 has what stage 1 has'],
  'ID_AA64MMFR0:60': ['ECV', 'CNTPCTSS_EL0 and CNTVCTSS_EL0 are there; QEMU has them from version 9 on'],
  'ID_AA64MMFR2:12': ['IESB', 'there are no errors to record'],
  'ID_AA64MMFR2:16': ['VARange', NO_52],
  'ID_AA64MMFR2:56': ['EVT', 'the traps of FEAT_EVT are there; QEMU has them from version 8 on'],
  'ID_AA64MMFR2:32': ['AT', 'FEAT_LSE2 is there; QEMU has it from version 8.1 on'],
};
for (const register of ['ID_AA64ZFR0', 'ID_AA64SMFR0'])
  for (let lsb = 0; lsb < 64; lsb += 4) REASONS[`${register}:${lsb}`] = ['all', NO_SVE];

/** A field in which a model differs; `reason` undefined when nobody gave one. */
export interface IdDifference {
  readonly model: string;
  readonly register: string;
  readonly lsb: number;
  readonly field: string;
  readonly ours: number;
  readonly theirs: number;
  readonly reason: string | undefined;
}

/** Every field of the ID registers in which our models and QEMU's differ. */
export function idDifferences(): IdDifference[] {
  return Object.entries(QEMU).flatMap(([name, registers]) => {
    const base = CPU_MODELS[name]!;
    const model = withFeatures(base, [...base.hypervisor, 'GICv3']);
    return Object.entries(registers).flatMap(([register, theirs]) => {
      const ours = model.idRegisters.get(register) ?? 0n;
      return Array.from({ length: 16 }, (_, n) => n * 4).flatMap((lsb): IdDifference[] => {
        const field = (v: bigint): number => Number((v >> BigInt(lsb)) & 15n);
        if (field(ours) === field(theirs)) return [];
        const [title, reason] = REASONS[`${register}:${lsb}`] ?? [`bit ${lsb}`, undefined];
        return [{ model: name, register, lsb, field: title, ours: field(ours), theirs: field(theirs), reason }];
      });
    });
  });
}
