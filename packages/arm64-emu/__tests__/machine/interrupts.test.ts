import { describe, expect, it } from 'vitest';
import { max, withFeatures } from '../../src/cpu/models.js';
import type { EngineOptions } from '../../src/engine/engine.js';
import { guest, RAM, words } from '../machine-support.js';

const MODES: readonly Pick<EngineOptions, 'mode' | 'compiler'>[] = [
  { mode: 'interpreter' },
  { mode: 'auto', compiler: { threshold: 50 } },
  { mode: 'compiled' },
];

/** Sets VBAR_EL1, CNTV_CVAL_EL0 from X2 and CNTV_CTL_EL0, unmasks interrupts, and goes to the loop. */
const START = [0x10000001, 0xd518c001, 0xd51be342, 0xd2800023, 0xd51be323, 0xd2800000, 0xd50342ff, 0x140000f9];
/** At the vector of system calls: eret. */
const SYNC = 0x200;
const ERET = 0xd69f03e0;
/** At the vector of IRQs: ELR to X20, CNTVCT to X21, then PSCI SYSTEM_OFF. */
const IRQ = 0x280;
const HANDLER = [0xd5384034, 0xd53be055, 0x18000040, 0xd4000002, 0x84000008];
/** The handler up to its HVC, which counts as an exception. */
const HANDLER_LENGTH = 4;
const LOOP = 0x400;
const LOOPS: readonly (readonly [name: string, code: readonly number[]])[] = [
  ['a branch to itself', [0x14000000]],
  ['counting', [0x91000484, 0x17ffffff]],
  ['copying', [0xa94018e5, 0xa9001905, 0x39400ce9, 0x39001509, 0xf100054a, 0x54ffff61, 0x17fffffa]],
  ['calls', [0x94000003, 0xb4ffffeb, 0x17fffffe, 0xca1e018c, 0xb500004c, 0x910005ad, 0xd65f03c0]],
  ['WFI', [0xd503207f, 0x17ffffff]],
  ['system calls', [0xd4000001, 0x17ffffff]],
];

function timerGuest(loop: readonly number[], count: number, mode: (typeof MODES)[number]) {
  const code = new Uint32Array((LOOP + 64) / 4);
  code.set(START);
  code.set([ERET], SYNC / 4);
  code.set(HANDLER, IRQ / 4);
  code.set(loop, LOOP / 4);
  const made = guest(new Uint8Array(code.buffer), mode);
  const { machine } = made;
  const cpu = machine.cpus[0]!;
  machine.lines[0] = { cntv: cpu.irq };
  machine.within(0, c => {
    c.setX(2, BigInt(count));
    c.setX(7, BigInt(RAM + 0x2000));
    c.setX(8, BigInt(RAM + 0x3000));
  });
  return made;
}

describe('interrupts', () => {
  // A count takes 16 ns, an instruction 5 ns.
  const COUNTS = [100, 101, 102, 103, 104, 1000, 12_345, 100_000];

  it.each(LOOPS.filter(([name]) => name !== 'WFI'))(
    'of the timer are taken at the instruction that is due, in every mode: %s',
    (name, loop) => {
      for (const count of COUNTS) {
        const results = MODES.map(mode => {
          const { machine, engine, x } = timerGuest(loop, count, mode);
          expect(machine.runSync({ instructions: 1_000_000 })).toBe('poweroff');
          return { at: engine.executed(0) - HANDLER_LENGTH, elr: x(20), count: x(21), calls: x(13) };
        });
        const due = Math.ceil((count * 16) / 5);
        // A system call masks interrupts for the one instruction of its handler.
        const masked = name === 'system calls' && (due - START.length) % 3 === 1 ? 1 : 0;
        expect(results[0]!.at).toBe(due + masked);
        for (const result of results) expect(result).toEqual(results[0]);
      }
    },
  );
  it('are not lost when the count is reached right behind the write', () => {
    for (const mode of MODES) {
      // CNTV_CTL_EL0 = 1; then, in every phase of a count, CNTV_TVAL_EL0 = 1 and WFI; then PSCI SYSTEM_OFF.
      const phases = Array.from({ length: 32 }, (_, nops) => [...Array(nops).fill(0xd503201f), 0xd51be303, 0xd503207f]);
      const code = [0xd2800023, 0xd51be323, ...phases.flat(), 0x18000040, 0xd4000002, 0x84000008];
      const { machine } = guest(words(...code), mode);
      machine.lines[0] = { cntv: machine.cpus[0]!.irq };
      expect(machine.runSync({ instructions: 10_000 })).toBe('poweroff');
    }
  });
  it('are not lost when CNTVOFF_EL2 is written before they are due', () => {
    const results = MODES.map(mode => {
      // CNTV_CVAL_EL0 = 1000, CNTV_CTL_EL0 = 1; CNTVOFF_EL2 = 0 until ISR_EL1 is not; PSCI SYSTEM_OFF.
      const code = [0xd2807d02, 0xd51be342, 0xd2800023, 0xd51be323, 0xd51ce07f, 0xd538c105, 0xb4ffffc5];
      const model = withFeatures(max, max.hypervisor);
      const { machine, engine } = guest(words(...code, 0x18000040, 0xd4000003, 0x84000008), { ...mode, model });
      machine.lines[0] = { cntv: machine.cpus[0]!.irq };
      expect(machine.runSync({ instructions: 10_000 })).toBe('poweroff');
      return engine.executed(0);
    });
    expect(new Set(results).size).toBe(1);
  });
  it('end a WFI at their time', () => {
    for (const mode of MODES) {
      const { machine, x } = timerGuest(LOOPS.find(([name]) => name === 'WFI')![1], 1_000_000, mode);
      expect(machine.runSync({ instructions: 1_000_000 })).toBe('poweroff');
      expect([x(20), x(21)]).toEqual([BigInt(RAM + LOOP + 4), 1_000_000n]);
    }
  });
});

/** Host time in which a run must end; it takes 10 ms at most on a machine that does nothing else. */
const PATIENCE = 150;

describe('stop()', () => {
  // The timer of the WFI loop never fires: it waits for the host.
  it.each(LOOPS.flatMap(([name, code]) => MODES.map(mode => [name, mode.mode, code, mode] as const)))(
    'ends a loop soon: %s, %s',
    async (_name, _mode, loop, mode) => {
      const { machine, engine } = timerGuest(loop, Number.MAX_SAFE_INTEGER, mode);
      const due = performance.now() + 30;
      setTimeout(() => machine.stop(), 30);
      expect(await machine.run({ pace: 'host' })).toBe('stopped');
      expect(performance.now() - due).toBeLessThan(PATIENCE);
      expect(engine.executed(0)).toBeGreaterThan(8);
    },
  );
});
