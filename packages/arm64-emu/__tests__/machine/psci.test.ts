import { describe, expect, it } from 'vitest';
import { EC } from '../../src/cpu/esr.js';
import { idleMachine, RAM } from '../machine-support.js';

/** Calls PSCI from CPU 0 and returns X0 as a signed number. */
function caller(cpus = 2, ec: number = EC.hvc) {
  const machine = idleMachine(cpus);
  const call = (...args: bigint[]) =>
    machine.within(0, cpu => {
      args.forEach((v, n) => {
        cpu.setX(n, v);
      });
      cpu.exception(ec, 0);
      return BigInt.asIntN(64, cpu.x(0));
    });
  return { machine, call };
}

describe('PSCI', () => {
  it.each<[string, bigint[], bigint]>([
    ['VERSION is 1.1', [0x8400_0000n], 0x1_0001n],
    ['MIGRATE_INFO_TYPE: nothing to migrate', [0x8400_0006n], 2n],
    ['MIGRATE is not supported', [0x8400_0005n], -1n],
    ['FEATURES of CPU_ON, 64 bit', [0x8400_000an, 0xc400_0003n], 0n],
    ['FEATURES of SYSTEM_OFF', [0x8400_000an, 0x8400_0008n], 0n],
    ['FEATURES of VERSION in 64 bit', [0x8400_000an, 0xc400_0000n], -1n],
    ['FEATURES of the SMC convention', [0x8400_000an, 0x8000_0000n], -1n],
    ['unknown identifiers', [0x1234n], -1n],
    ['64-bit form of a 32-bit function', [0xc400_0008n], -1n],
    ['AFFINITY_INFO of itself', [0xc400_0004n, 0n, 0n], 0n],
    ['AFFINITY_INFO of a CPU that is off', [0xc400_0004n, 1n, 0n], 1n],
    ['AFFINITY_INFO of no CPU', [0xc400_0004n, 9n, 0n], -2n],
    ['AFFINITY_INFO of a level above', [0xc400_0004n, 0n, 1n], -2n],
    ['CPU_ON of itself', [0xc400_0003n, 0n, 0x4000_0000n, 0n], -4n],
    ['CPU_ON of no CPU', [0xc400_0003n, 0x100n, 0x4000_0000n, 0n], -2n],
    ['CPU_ON at a misaligned address', [0xc400_0003n, 1n, 0x4000_0002n, 0n], -2n],
    ['CPU_ON ignores high halves in its 32-bit form', [0x8400_0003n, 0xffff_ffff_0000_0001n, 0x4000_0000n, 0n], 0n],
  ])('%s', (_, args, result) => {
    expect(caller().call(...args)).toBe(result);
    expect(caller(2, EC.smc).call(...args)).toBe(result);
  });

  it('CPU_ON is pending until the CPU runs, then on', () => {
    const { call, machine } = caller();
    expect(call(0xc400_0003n, 1n, BigInt(RAM), 0x55n)).toBe(0n);
    expect(call(0xc400_0004n, 1n, 0n)).toBe(2n);
    expect(call(0xc400_0003n, 1n, BigInt(RAM), 0n)).toBe(-5n);
    machine.runSync({ instructions: 50_000 });
    expect(call(0xc400_0004n, 1n, 0n)).toBe(0n);
    expect(call(0xc400_0003n, 1n, BigInt(RAM), 0n)).toBe(-4n);
    expect(machine.within(1, cpu => [cpu.x(0), cpu.el, cpu.daif])).toEqual([0x55n, 1, 15]);
  });

  it('SYSTEM_OFF and SYSTEM_RESET end the run', () => {
    const off = caller();
    off.call(0x8400_0008n);
    expect(off.machine.runSync()).toBe('poweroff');
    for (const id of [0x8400_0009n, 0xc400_0012n]) {
      const { call, machine } = caller();
      call(id, 0n, 0n);
      expect(machine.runSync()).toBe('reset');
    }
  });

  it('CPU_SUSPEND waits for an interrupt', () => {
    const { call, machine } = caller(1);
    expect(call(0xc400_0001n, 0n)).toBe(0n);
    expect(machine.cpus[0]!.wait).toBe('wfi');
    expect(machine.runSync({ instructions: 10 })).toBe('idle');
    machine.cpus[0]!.irq.set(true);
    expect(machine.runSync({ instructions: 10 })).toBe('instructions');
  });

  it('is absent when the machine says so', () => {
    const machine = idleMachine(1, { psci: false });
    machine.within(0, cpu => {
      cpu.exception(EC.hvc, 0);
      expect(cpu.read('ESR_EL1')).toBe(0x200_0000n);
    });
  });

  it('lets other firmware answer first', () => {
    const machine = idleMachine(1, {
      firmware: [
        cpu => {
          if (cpu.x(0) !== 0xc100_0001n) return false;
          cpu.setX(1, 99n);
          return true;
        },
      ],
    });
    machine.within(0, cpu => {
      cpu.setX(0, 0xc100_0001n);
      cpu.exception(EC.hvc, 0);
      expect(cpu.x(1)).toBe(99n);
    });
  });
});
