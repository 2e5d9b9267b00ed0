import { expect, it } from 'vitest';
import { HCR } from '../../src/cpu/hcr.js';
import { max, withFeatures } from '../../src/cpu/models.js';
import { guest, RAM, words } from '../machine-support.js';

// From the Arm ARM: HCR_EL2.TDZ, SCTLR_EL1.DZE, DCZID_EL0.DZP.

const MODES = ['interpreter', 'compiled'] as const;
/** mrs x9, dczid_el0; dc zva, x3; power off by PSCI, or what is at EL0's vector */
const CODE = [0xd53b00e9, 0xd50b7423, 0xd4000001];
const POWER_OFF = [0xd2b08000, 0xf2800100, 0xd4000003];
const DATA = RAM + 0x1_0000;
const DZE = 1n << 14n;
/** op0 1, op2 1, op1 3, CRn 7, Rt 3, CRm 4, a write */
const TRAPPED = 0x6212_dc68n;
const SVC = 0x5600_0000n;

interface Case {
  readonly mode: (typeof MODES)[number];
  readonly hcr: bigint;
  readonly level: 0 | 1;
  readonly dze?: boolean;
}

function run({ mode, hcr, level, dze = false }: Case) {
  const { machine, bus, x } = guest(words(...CODE), { mode, model: withFeatures(max, max.hypervisor) });
  for (const base of [0x800, 0x1000])
    for (const vector of [0x200, 0x400]) bus.write(RAM + base + vector, words(...POWER_OFF));
  bus.write(DATA, new Uint8Array(128).fill(0xff));
  machine.within(0, cpu => {
    cpu.defaultCacheable = true;
    cpu.write('VBAR_EL1', BigInt(RAM + 0x800));
    cpu.write('VBAR_EL2', BigInt(RAM + 0x1000));
    const controls = dze ? cpu.model.sctlr | DZE : cpu.model.sctlr & ~DZE;
    cpu.assign('SCTLR_EL1', controls);
    cpu.assign('SCTLR_EL2', controls);
    cpu.assign('HCR_EL2', HCR.RW | hcr);
    cpu.setX(3, BigInt(DATA + 64 + 5));
    cpu.write('ELR_EL2', BigInt(RAM));
    cpu.write('SPSR_EL2', level === 0 ? 0n : 0x3c5n);
    cpu.exceptionReturn();
  });
  machine.runSync({ instructions: 3 });
  const esr = machine.within(0, cpu => [cpu.read('ESR_EL1'), cpu.read('ESR_EL2')]);
  return { dczid: x(9), esr, cleared: bus.read(DATA, 128)!.filter(b => b === 0).length };
}

it.each(MODES)('a hypervisor may trap DC ZVA (%s)', mode => {
  const free = { dczid: 4n, esr: [SVC, 0n], cleared: 64 };
  expect(run({ mode, level: 1, hcr: 0n })).toEqual(free);
  expect(run({ mode, level: 1, hcr: HCR.TDZ })).toEqual({ dczid: 20n, esr: [0n, TRAPPED], cleared: 0 });
  // At EL0, EL1 is asked first.
  expect(run({ mode, level: 0, dze: true, hcr: 0n })).toEqual(free);
  expect(run({ mode, level: 0, dze: false, hcr: 0n })).toEqual({ dczid: 20n, esr: [TRAPPED, 0n], cleared: 0 });
  expect(run({ mode, level: 0, dze: false, hcr: HCR.TDZ })).toEqual({ dczid: 20n, esr: [TRAPPED, 0n], cleared: 0 });
  expect(run({ mode, level: 0, dze: true, hcr: HCR.TDZ })).toEqual({ dczid: 20n, esr: [0n, TRAPPED], cleared: 0 });
  // Programs of a host are not its guests.
  const host = HCR.TDZ | HCR.E2H | HCR.TGE;
  expect(run({ mode, level: 0, dze: true, hcr: host })).toEqual({ ...free, esr: [0n, SVC] });
  expect(run({ mode, level: 0, dze: false, hcr: host })).toEqual({ dczid: 20n, esr: [0n, TRAPPED], cleared: 0 });
});
