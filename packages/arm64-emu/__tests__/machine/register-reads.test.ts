import { describe, expect, it, vi } from 'vitest';
import { cortexA72, max, withFeatures } from '../../src/cpu/models.js';
import { guest, RAM, words } from '../machine-support.js';

/** mrs x4, ctr_el0; mrs x1, dczid_el0; mrs x2, daif; mrs x3, midr_el1 */
const READS = { ctr: 0xd53b0024, dczid: 0xd53b00e1, daif: 0xd53b4222, midr: 0xd5380003 };
/** mrs x5, esr_el1; power off by PSCI */
const REPORT = [0xd5385205, 0xd2b08000, 0xf2800100, 0xd4000003];
const POWER_OFF = REPORT.slice(1);
const VECTORS = RAM + 0x800;
const UMA = 1n << 9n;
const DZE = 1n << 14n;
const UCT = 1n << 15n;

/** Executes one read at a level with bits of SCTLR_EL1 and gives X1 to X4 and the syndrome; 0 without an exception. */
function read(word: number, sctlr: bigint, el: 0 | 1, mode: 'interpreter' | 'compiled', model = max) {
  // svc #0 brings EL0 back.
  const { machine, x } = guest(words(0xd2800005, word, ...(el === 0 ? [0xd4000001] : POWER_OFF)), { model, mode });
  for (const vector of [0x200, 0x400]) machine.bus.write(VECTORS + vector, words(...REPORT));
  machine.within(0, cpu => {
    cpu.write('VBAR_EL1', BigInt(VECTORS));
    cpu.assign('SCTLR_EL1', (cpu.model.sctlr & ~(UMA | DZE | UCT)) | sctlr);
    cpu.setDaif(0b0110);
    if (el === 1) return;
    cpu.write('ELR_EL1', BigInt(RAM));
    cpu.write('SPSR_EL1', 0x180n);
    cpu.exceptionReturn();
  });
  expect(machine.runSync({ instructions: 1000 })).toBe('poweroff');
  return { x1: x(1), x2: x(2), x3: x(3), x4: x(4), ec: Number(x(5) >> 26n), iss: Number(x(5) & 0x1ff_ffffn) };
}
const SVC = 0x15;
const TRAPPED = 0x18;

describe.each(['interpreter', 'compiled'] as const)('%s: reads without a call', mode => {
  it('give what never changes', () => {
    for (const model of [max, cortexA72]) {
      expect(read(READS.ctr, 0n, 1, mode, model)).toMatchObject({ ec: 0, x4: model.ctr });
      expect(read(READS.midr, 0n, 1, mode, model)).toMatchObject({ ec: 0, x3: model.midr });
    }
  });
  it('of CTR_EL0 trap at EL0 unless UCT is set', () => {
    // op0 3, op2 1, op1 3, CRn 0, Rt 4, CRm 0, read
    expect(read(READS.ctr, DZE | UMA, 0, mode)).toMatchObject({ ec: TRAPPED, iss: 0x32_c081 });
    expect(read(READS.ctr, UCT, 0, mode)).toMatchObject({ ec: SVC, x4: max.ctr });
  });
  it('of DCZID_EL0 say whether DC ZVA is permitted', () => {
    expect(read(READS.dczid, 0n, 1, mode).x1).toBe(4n);
    expect(read(READS.dczid, UCT | UMA, 0, mode)).toMatchObject({ ec: SVC, x1: 20n });
    expect(read(READS.dczid, DZE, 0, mode)).toMatchObject({ ec: SVC, x1: 4n });
  });
  it('of DAIF give the masks, and trap at EL0 unless UMA is set', () => {
    expect(read(READS.daif, 0n, 1, mode).x2).toBe(0x180n);
    expect(read(READS.daif, UCT | DZE, 0, mode)).toMatchObject({ ec: TRAPPED, iss: 0x32_d045 });
    expect(read(READS.daif, UMA, 0, mode)).toMatchObject({ ec: SVC, x2: 0x180n });
  });
  it('of MIDR_EL1 at EL1 are for EL2 to answer where there is one', () => {
    const model = withFeatures(max, max.hypervisor);
    const { machine, x } = guest(words(READS.midr, ...POWER_OFF), { model, mode });
    machine.within(0, cpu => {
      cpu.write('VPIDR_EL2', 0x1234n);
      cpu.write('ELR_EL2', BigInt(RAM));
      cpu.write('SPSR_EL2', 0x3c5n);
      cpu.assign('HCR_EL2', 1n << 31n);
      cpu.exceptionReturn();
    });
    machine.runSync({ instructions: 1 });
    expect(x(3)).toBe(0x1234n);
  });
});

describe('handlers', () => {
  it('of registers that kernels read all the time are made with the machine', () => {
    // mrs x0, sp_el0; mrs x1, tpidr_el1; msr sp_el0, x0; mrs x2, daif; mrs x4, ctr_el0
    const { machine } = guest(words(0xd5384100, 0xd538d081, 0xd5184100, READS.daif, READS.ctr, ...POWER_OFF));
    const made = vi.spyOn(WebAssembly, 'Module');
    expect(machine.runSync({ instructions: 1000 })).toBe('poweroff');
    expect(made).not.toHaveBeenCalled();
    made.mockRestore();
  });
});
