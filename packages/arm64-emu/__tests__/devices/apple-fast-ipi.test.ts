import { describe, expect, it } from 'vitest';
import type { Cpu } from '../../src/cpu/cpu.js';
import { parseSysKey } from '../../src/cpu/sysreg-key.js';
import { AppleFastIpi } from '../../src/devices/apple-fast-ipi.js';

const LOCAL = parseSysKey('S3_5_C15_C0_0');
const GLOBAL = parseSysKey('S3_5_C15_C0_1');
const SR = parseSysKey('S3_5_C15_C1_1');

/** Two clusters of two CPUs. */
const MPIDRS = [0x80000000n, 0x80000001n, 0x80010100n, 0x80010101n];

function make() {
  const levels = MPIDRS.map(() => false);
  const ipi = new AppleFastIpi({
    mpidrs: MPIDRS,
    fiq: cpu => ({
      set: level => {
        levels[cpu] = level;
      },
    }),
  });
  const row = (key: number) => ipi.registers.find(r => r.key === key)!;
  const cpu = (index: number) => ({ index, port: { mpidr: MPIDRS[index]! } }) as unknown as Cpu;
  return {
    ipi,
    levels,
    write: (index: number, key: number, value: bigint) => row(key).set!(cpu(index), value),
    status: (index: number) => row(SR).get!(cpu(index)),
  };
}

describe('fast interrupts between processors', () => {
  it.each<[string, number, number, bigint, number | undefined]>([
    ['local to the neighbour', 0, LOCAL, 1n, 1],
    ['local to itself', 2, LOCAL, 0n, 2],
    ['local stays in the cluster', 2, LOCAL, 1n, 3],
    ['global to another cluster', 0, GLOBAL, 0x10001n, 3],
    ['global within the cluster', 1, GLOBAL, 0x00000n, 0],
    ['deferred comes at once', 0, LOCAL, 0x20000001n, 1],
    ['no wake comes at once', 0, LOCAL, 0x30000001n, 1],
    ['a CPU that does not exist', 0, LOCAL, 7n, undefined],
    ['a cluster that does not exist', 0, GLOBAL, 0x50000n, undefined],
  ])('%s', (_, from, key, value, to) => {
    const { write, levels, status } = make();
    write(from, key, value);
    expect(levels).toEqual(MPIDRS.map((_, i) => i === to));
    expect(MPIDRS.map((_, i) => status(i))).toEqual(MPIDRS.map((_, i) => (i === to ? 1n : 0n)));
  });

  it('is taken back by its receiver with a one, not with a zero', () => {
    const { write, levels, status } = make();
    write(0, LOCAL, 1n);
    write(1, SR, 0n);
    write(0, SR, 1n);
    expect([levels[1], status(1)]).toEqual([true, 1n]);
    write(1, SR, 1n);
    expect([levels[1], status(1)]).toEqual([false, 0n]);
  });

  it('is retracted by its sender', () => {
    const { write, levels } = make();
    write(0, LOCAL, 1n);
    write(0, LOCAL, 0x10000001n);
    expect(levels[1]).toBe(false);
  });

  it('is gone after a reset', () => {
    const { ipi, write, levels, status } = make();
    write(0, LOCAL, 1n);
    ipi.reset();
    expect([levels[1], status(1), ipi.stateFields]).toEqual([false, 0n, ['pending']]);
  });
});
