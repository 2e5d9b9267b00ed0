import type { Cpu } from './cpu.js';
import { computed, R0W1, RO0, RW0, type SysRegInit, type SysRegRow, stored } from './sysreg.js';
import type { GenericTimer } from './timer.js';

/** EL0's access is controlled by CNTKCTL_EL1, or by CNTHCTL_EL2 in a host with E2H. */
const closed = (bits: bigint) => (cpu: Cpu) => (cpu.read(cpu.inHost ? 'CNTHCTL_EL2' : 'CNTKCTL_EL1') & bits) === 0n;
const EL0PCTEN = 1n;
const EL0VCTEN = 2n;
const EL0VTEN = 0x100n;
const EL0PTEN = 0x200n;
/** CNTHCTL_EL2: access of EL1 and EL0 to the physical counter and timer, without and with E2H. */
const EL1PCTEN = [1n, 1n << 10n] as const;
const EL1PTEN = [2n, 1n << 11n] as const;
/** With FEAT_ECV, access to the virtual ones: EL1TVCT and EL1TVT trap. */
const EL1TVT = 1n << 13n;
const EL1TVCT = 1n << 14n;
const trappedByEl2 = (bit: bigint) => (cpu: Cpu) =>
  !cpu.inHost && cpu.model.features.has('ECV') && (cpu.read('CNTHCTL_EL2') & bit) !== 0n;
const closedByEl2 = (bits: readonly [bigint, bigint]) => (cpu: Cpu) =>
  !cpu.inHost && (cpu.read('CNTHCTL_EL2') & bits[cpu.e2h ? 1 : 0]) === 0n;

function timer(
  prefix: string,
  crm: number,
  which: (cpu: Cpu) => GenericTimer,
  enable: bigint,
  hypervisor: string,
  traps: SysRegInit = {},
): SysRegRow[] {
  const trapEl0 = closed(enable);
  return [
    computed(`${prefix}_TVAL_EL0`, `S3_3_C14_C${crm}_0`, RW0, {
      ...traps,
      trapEl0,
      e2h: `${hypervisor}_TVAL_EL2`,
      get: cpu => which(cpu).tval,
      set: (cpu, v) => {
        which(cpu).tval = v;
      },
    }),
    computed(`${prefix}_CTL_EL0`, `S3_3_C14_C${crm}_1`, RW0, {
      ...traps,
      trapEl0,
      e2h: `${hypervisor}_CTL_EL2`,
      get: cpu => which(cpu).ctl,
      set: (cpu, v) => {
        which(cpu).ctl = v;
      },
    }),
    computed(`${prefix}_CVAL_EL0`, `S3_3_C14_C${crm}_2`, RW0, {
      ...traps,
      trapEl0,
      e2h: `${hypervisor}_CVAL_EL2`,
      get: cpu => which(cpu).cval,
      set: (cpu, v) => {
        which(cpu).cval = v;
      },
    }),
  ];
}

/** The generic timer's registers at EL0 and EL1 (Arm ARM, D11 and D19.12). */
export const TIMER_REGISTERS: readonly SysRegRow[] = [
  stored('CNTFRQ_EL0', 'S3_3_C14_C0_0', R0W1, {
    mask: 0xffff_ffffn,
    reset: cpu => BigInt(cpu.counter.frequency),
    trapEl0: closed(EL0PCTEN | EL0VCTEN),
  }),
  computed('CNTPCT_EL0', 'S3_3_C14_C0_1', RO0, {
    get: cpu => cpu.counter.physical(),
    trapEl0: closed(EL0PCTEN),
    trapEl2: closedByEl2(EL1PCTEN),
  }),
  computed('CNTVCT_EL0', 'S3_3_C14_C0_2', RO0, {
    get: cpu => cpu.virtualCount(),
    trapEl0: closed(EL0VCTEN),
    trapEl2: trappedByEl2(EL1TVCT),
  }),
  computed('CNTPCTSS_EL0', 'S3_3_C14_C0_5', RO0, {
    needs: 'ECV',
    get: cpu => cpu.counter.physical(),
    trapEl0: closed(EL0PCTEN),
    trapEl2: closedByEl2(EL1PCTEN),
  }),
  computed('CNTVCTSS_EL0', 'S3_3_C14_C0_6', RO0, {
    needs: 'ECV',
    get: cpu => cpu.virtualCount(),
    trapEl0: closed(EL0VCTEN),
    trapEl2: trappedByEl2(EL1TVCT),
  }),
  stored('CNTKCTL_EL1', 'S3_0_C14_C1_0', undefined, { mask: 0x2_03ffn, e2h: 'CNTHCTL_EL2' }),
  ...timer('CNTP', 2, cpu => cpu.physicalTimer, EL0PTEN, 'CNTHP', { trapEl2: closedByEl2(EL1PTEN) }),
  ...timer('CNTV', 3, cpu => cpu.virtualTimer, EL0VTEN, 'CNTHV', { trapEl2: trappedByEl2(EL1TVT) }),
];
