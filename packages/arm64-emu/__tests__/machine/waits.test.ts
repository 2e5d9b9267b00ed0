import { expect, it } from 'vitest';
import { HCR } from '../../src/cpu/hcr.js';
import { max, withFeatures } from '../../src/cpu/models.js';
import { guest, RAM, words } from '../machine-support.js';

// ESR_ELx, EC 1, by the Arm ARM: CV and COND, RN with RV for the timed forms, TI.

const ALWAYS = (1n << 24n) | (0xen << 20n);
const EC_WFX = (1n << 26n) | (1n << 25n);

const cases: readonly (readonly [text: string, word: number, iss: bigint])[] = [
  ['wfi', 0xd503207f, 0n],
  ['wfe', 0xd503205f, 1n],
  ['wfit x7', 0xd5031027, (7n << 5n) | 4n | 2n],
  ['wfet x29', 0xd503101d, (29n << 5n) | 4n | 3n],
];

it.each(cases)('%s is trapped from EL0 by EL1, and from EL1 by EL2', (_, word, iss) => {
  for (const level of [0, 1]) {
    const { machine } = guest(words(word), { model: withFeatures(max, max.hypervisor) });
    const [esr, elr] = machine.within(0, cpu => {
      cpu.assign('SCTLR_EL1', cpu.read('SCTLR_EL1') & ~((1n << 16n) | (1n << 18n)));
      cpu.assign('HCR_EL2', HCR.RW | HCR.TWI | HCR.TWE);
      for (const n of [7, 29]) cpu.setX(n, 1n << 60n);
      cpu.write('ELR_EL2', BigInt(RAM));
      cpu.write('SPSR_EL2', level === 0 ? 0n : 0x3c5n);
      cpu.exceptionReturn();
      return [`ESR_EL${level + 1}`, `ELR_EL${level + 1}`] as const;
    });
    machine.runSync({ instructions: 1 });
    expect(machine.within(0, cpu => [cpu.el, cpu.read(esr), cpu.read(elr)])).toEqual([
      level + 1,
      EC_WFX | ALWAYS | iss,
      BigInt(RAM),
    ]);
  }
});
