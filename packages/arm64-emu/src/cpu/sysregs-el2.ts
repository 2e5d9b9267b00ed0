import type { Cpu } from './cpu.js';
import { HCR, HCRX } from './hcr.js';
import { computed, RO2, RW2, type SysRegInit, type SysRegRow, stored } from './sysreg.js';
import type { GenericTimer } from './timer.js';

const ALL = 0xffff_ffff_ffff_ffffn;
const NEVER = { read: 4, write: 4 } as const;

const el2 = (name: string, encoding: string, init: SysRegInit = {}): SysRegRow =>
  stored(name, encoding, RW2, { needs: 'EL2', ...init });
const vhe = (name: string, encoding: string, init: SysRegInit = {}): SysRegRow =>
  stored(name, encoding, RW2, { needs: 'VHE', ...init });

const controlChanged = (cpu: Cpu): void => cpu.controlChanged();
const translationChanged = (cpu: Cpu): void => cpu.translationChanged();

/** Bits of HCR_EL2 that can be written. EL1 is always AArch64: RW stays set. */
const HCR_MASK = Object.entries(HCR).reduce((mask, [name, bit]) => (name === 'RW' ? mask : mask | bit), 3n << 10n);
/** Traps of FEAT_EVT. */
const EVT = HCR.TID4 | HCR.TICAB | HCR.TOCU | HCR.TTLBIS | HCR.TTLBOS;
/** SCTLR_EL2's RES1 bits. */
const SCTLR_RESET = 0x30c5_0830n;
/** CNTHCTL_EL2: EL1 may use the physical counter and timer. */
const CNTHCTL_RESET = 3n;

function timer(prefix: string, crm: number, which: (cpu: Cpu) => GenericTimer, needs: 'EL2' | 'VHE'): SysRegRow[] {
  const view = (field: 'tval' | 'ctl' | 'cval', op2: number): SysRegRow =>
    computed(`${prefix}_${field.toUpperCase()}_EL2`, `S3_4_C14_C${crm}_${op2}`, RW2, {
      needs,
      get: cpu => which(cpu)[field],
      set: (cpu, v) => {
        which(cpu)[field] = v;
      },
    });
  return [view('tval', 0), view('ctl', 1), view('cval', 2)];
}

/** The registers of EL2 (Arm ARM, D19.2). */
export const EL2_REGISTERS: readonly SysRegRow[] = [
  el2('VPIDR_EL2', 'S3_4_C0_C0_0', { mask: 0xffff_ffffn, reset: cpu => cpu.model.midr }),
  el2('VMPIDR_EL2', 'S3_4_C0_C0_5', { reset: cpu => cpu.mpidr }),
  el2('SCTLR_EL2', 'S3_4_C1_C0_0', { reset: SCTLR_RESET, set: controlChanged }),
  el2('ACTLR_EL2', 'S3_4_C1_C0_1'),
  el2('HCR_EL2', 'S3_4_C1_C1_0', {
    mask: HCR_MASK,
    reset: cpu => HCR.RW | (cpu.model.features.has('E2H1') ? HCR.E2H : 0n),
    set: cpu => {
      // Bits of features that are not there do not exist.
      const { features } = cpu.model;
      const absent =
        (features.has('VHE') ? 0n : HCR.E2H) |
        (features.has('PAuth') ? 0n : HCR.API | HCR.APK) |
        (features.has('S2FWB') ? 0n : HCR.FWB) |
        (features.has('EVT') ? 0n : EVT);
      const stuck = features.has('E2H1') ? HCR.E2H : 0n;
      cpu.write('HCR_EL2', (cpu.read('HCR_EL2') & ~absent) | stuck);
      cpu.hcrChanged();
    },
  }),
  el2('MDCR_EL2', 'S3_4_C1_C1_1', {
    reset: cpu => BigInt(cpu.model.counters),
    set: (cpu, v) => {
      cpu.debugChanged();
      cpu.pmu.setHypervisor(v);
    },
  }),
  el2('CPTR_EL2', 'S3_4_C1_C1_2', { set: cpu => cpu.fpAccessChanged() }),
  el2('HCRX_EL2', 'S3_4_C1_C2_2', {
    exists: cpu => cpu.model.features.has('HCX'),
    set: (cpu, v) => {
      cpu.write('HCRX_EL2', cpu.model.features.has('MOPS') ? v & BigInt(HCRX.MSCEN | HCRX.MCE2) : 0n);
      cpu.hcrChanged();
    },
  }),
  el2('HSTR_EL2', 'S3_4_C1_C1_3'),
  el2('HACR_EL2', 'S3_4_C1_C1_7'),
  el2('TTBR0_EL2', 'S3_4_C2_C0_0', { set: translationChanged }),
  vhe('TTBR1_EL2', 'S3_4_C2_C0_1', { set: translationChanged }),
  el2('TCR_EL2', 'S3_4_C2_C0_2', { set: controlChanged }),
  el2('VTTBR_EL2', 'S3_4_C2_C1_0', {
    set: (cpu, v) => {
      // Without 16-bit VMIDs the upper half does not exist.
      if (!cpu.model.features.has('VMID16')) cpu.write('VTTBR_EL2', v & ~(0xffn << 56n));
      cpu.stage2Changed();
    },
  }),
  el2('VTCR_EL2', 'S3_4_C2_C1_2', { set: cpu => cpu.stage2ControlChanged() }),
  el2('SPSR_EL2', 'S3_4_C4_C0_0'),
  el2('ELR_EL2', 'S3_4_C4_C0_1'),
  stored('SP_EL2', 'S3_6_C4_C1_0', NEVER, { needs: 'EL2' }),
  el2('AFSR0_EL2', 'S3_4_C5_C1_0'),
  el2('AFSR1_EL2', 'S3_4_C5_C1_1'),
  el2('ESR_EL2', 'S3_4_C5_C2_0'),
  el2('FAR_EL2', 'S3_4_C6_C0_0'),
  el2('HPFAR_EL2', 'S3_4_C6_C0_4', { mask: 0xfff_ffff_fff0n }),
  el2('MAIR_EL2', 'S3_4_C10_C2_0', { set: controlChanged }),
  el2('AMAIR_EL2', 'S3_4_C10_C3_0'),
  el2('VBAR_EL2', 'S3_4_C12_C0_0', { mask: ~0x7ffn & ALL }),
  computed('RVBAR_EL2', 'S3_4_C12_C0_1', RO2, { needs: 'EL2', get: cpu => cpu.resetVector }),
  vhe('CONTEXTIDR_EL2', 'S3_4_C13_C0_1', { mask: 0xffff_ffffn }),
  el2('TPIDR_EL2', 'S3_4_C13_C0_2'),
  el2('SCXTNUM_EL2', 'S3_4_C13_C0_7', { exists: cpu => cpu.model.features.has('CSV2_2') }),
  el2('VSESR_EL2', 'S3_4_C5_C2_3', { exists: cpu => cpu.model.features.has('RAS') }),
  el2('VDISR_EL2', 'S3_4_C12_C1_1', { exists: cpu => cpu.model.features.has('RAS') }),
  el2('CNTVOFF_EL2', 'S3_4_C14_C0_3', { set: cpu => cpu.virtualOffsetChanged() }),
  el2('CNTHCTL_EL2', 'S3_4_C14_C1_0', { mask: 0xf_ffffn, reset: CNTHCTL_RESET }),
  ...timer('CNTHP', 2, cpu => cpu.hypervisorTimer, 'EL2'),
  ...timer('CNTHV', 3, cpu => cpu.hypervisorVirtualTimer, 'VHE'),
];
