import type { Cpu } from './cpu.js';
import { computed, family, R0W1, RO0, RW0, RW1, type SysRegInit, type SysRegRow, WO0 } from './sysreg.js';

const EN = 1n;
const SW = 2n;
const CR = 4n;
const ER = 8n;
const closed = (bits: bigint) => (cpu: Cpu) => (cpu.pmu.userEnable & (EN | bits)) === 0n;
/** Reads may be opened by a bit of their own, writes only by EN. */
const readOpen = (bits: bigint) => (cpu: Cpu, write: boolean) => closed(write ? 0n : bits)(cpu);

const MDCR_TPMCR = 1n << 5n;
const MDCR_TPM = 1n << 6n;
const trapEl2 = (cpu: Cpu): boolean => (cpu.read('MDCR_EL2') & MDCR_TPM) !== 0n;

function pmu(name: string, encoding: string, access: SysRegRow['access'], init: SysRegInit): SysRegRow {
  return computed(name, encoding, access, { needs: 'PMUv3', trapEl0: closed(0n), trapEl2, ...init });
}

/** The performance monitors' registers (Arm ARM, D19.5). */
export const PMU_REGISTERS: readonly SysRegRow[] = [
  pmu('PMCR_EL0', 'S3_3_C9_C12_0', RW0, {
    trapEl2: c => (c.read('MDCR_EL2') & (MDCR_TPMCR | MDCR_TPM)) !== 0n,
    get: c => c.pmu.control,
    set: (c, v) => c.pmu.setControl(v),
  }),
  pmu('PMCNTENSET_EL0', 'S3_3_C9_C12_1', RW0, { get: c => c.pmu.enabledHere, set: (c, v) => c.pmu.enable(v, true) }),
  pmu('PMCNTENCLR_EL0', 'S3_3_C9_C12_2', RW0, { get: c => c.pmu.enabledHere, set: (c, v) => c.pmu.enable(v, false) }),
  pmu('PMOVSCLR_EL0', 'S3_3_C9_C12_3', RW0, { get: c => c.pmu.overflow, set: (c, v) => c.pmu.setOverflow(v, false) }),
  pmu('PMSWINC_EL0', 'S3_3_C9_C12_4', WO0, { trapEl0: closed(SW), set: (c, v) => c.pmu.softwareIncrement(v) }),
  pmu('PMSELR_EL0', 'S3_3_C9_C12_5', RW0, {
    trapEl0: closed(ER),
    get: c => c.pmu.selected,
    set: (c, v) => c.pmu.select(v),
  }),
  pmu('PMCEID0_EL0', 'S3_3_C9_C12_6', RO0, { get: c => BigInt.asUintN(32, c.pmu.commonEvents) }),
  pmu('PMCEID1_EL0', 'S3_3_C9_C12_7', RO0, { get: c => c.pmu.commonEvents >> 32n }),
  pmu('PMCCNTR_EL0', 'S3_3_C9_C13_0', RW0, {
    trapEl0: readOpen(CR),
    get: c => c.pmu.counter(31),
    set: (c, v) => c.pmu.setCounter(31, v),
  }),
  pmu('PMXEVTYPER_EL0', 'S3_3_C9_C13_1', RW0, {
    get: c => c.pmu.type(Number(c.pmu.selected)),
    set: (c, v) => c.pmu.setType(Number(c.pmu.selected), v),
  }),
  pmu('PMXEVCNTR_EL0', 'S3_3_C9_C13_2', RW0, {
    trapEl0: readOpen(ER),
    get: c => c.pmu.counter(Number(c.pmu.selected)),
    set: (c, v) => c.pmu.setCounter(Number(c.pmu.selected), v),
  }),
  pmu('PMUSERENR_EL0', 'S3_3_C9_C14_0', R0W1, {
    trapEl0: () => false,
    get: c => c.pmu.userEnable,
    set: (c, v) => c.pmu.setUserEnable(v),
  }),
  pmu('PMINTENSET_EL1', 'S3_0_C9_C14_1', RW1, { get: c => c.pmu.interruptsHere, set: (c, v) => c.pmu.allow(v, true) }),
  pmu('PMINTENCLR_EL1', 'S3_0_C9_C14_2', RW1, { get: c => c.pmu.interruptsHere, set: (c, v) => c.pmu.allow(v, false) }),
  pmu('PMOVSSET_EL0', 'S3_3_C9_C14_3', RW0, { get: c => c.pmu.overflow, set: (c, v) => c.pmu.setOverflow(v, true) }),
  pmu('PMMIR_EL1', 'S3_0_C9_C14_6', { read: 1, write: 4 }, { needs: 'PMUv3p4' }),
  ...family(31, n =>
    pmu(`PMEVCNTR${n}_EL0`, `S3_3_C14_C${8 + (n >> 3)}_${n & 7}`, RW0, {
      exists: c => n < c.model.counters,
      trapEl0: readOpen(ER),
      get: c => c.pmu.counter(n),
      set: (c, v) => c.pmu.setCounter(n, v),
    }),
  ),
  ...family(31, n =>
    pmu(`PMEVTYPER${n}_EL0`, `S3_3_C14_C${12 + (n >> 3)}_${n & 7}`, RW0, {
      exists: c => n < c.model.counters,
      get: c => c.pmu.type(n),
      set: (c, v) => c.pmu.setType(n, v),
    }),
  ),
  pmu('PMCCFILTR_EL0', 'S3_3_C14_C15_7', RW0, { get: c => c.pmu.type(31), set: (c, v) => c.pmu.setType(31, v) }),
];
