import { beforeEach, describe, expect, test } from 'vitest';
import type { AccessSize } from '../../src/devices/device.js';
import { Gicv2 } from '../../src/devices/gicv2.js';
import { Gicv3 } from '../../src/devices/gicv3.js';
import { ichRegisters, icvRegisters } from '../../src/devices/gicv3-virtual-registers.js';
import { hostile, TestLine } from './lines.js';

// What GICv2's and GICv3's virtual interfaces do on QEMU is in __tests__/virt (guests el2 and gicv2-virtual). Here is
// what QEMU lacks or does otherwise, from the architecture, and what no guest should do.

const CPUS = 2;
let current = 0;
let virq: TestLine[];
let vfiq: TestLine[];
let irq: TestLine[];
const lines = (): TestLine[] => Array.from({ length: CPUS }, () => new TestLine());
const cpus = () => {
  [irq, virq, vfiq] = [lines(), lines(), lines()];
  return irq.map((line, i) => ({ irq: line, fiq: new TestLine(), virtualIrq: virq[i]!, virtualFiq: vfiq[i]! }));
};

describe('GICv2', () => {
  let gic: Gicv2;
  const gich = (offset: number, value?: number): number => {
    if (value !== undefined) gic.hypervisorInterface.write(offset, 4, value);
    return value ?? gic.hypervisorInterface.read(offset, 4);
  };
  const gicv = (offset: number, value?: number): number => {
    if (value !== undefined) gic.virtualCpuInterface.write(offset, 4, value);
    return value ?? gic.virtualCpuInterface.read(offset, 4);
  };
  const [HCR, VMCR, LR] = [0, 8, 0x100];
  const [CTLR, PMR, BPR, IAR, EOIR, RPR, ABPR, AIAR, AEOIR, AHPPIR] = [0, 4, 8, 12, 16, 20, 28, 32, 36, 40];
  const PENDING = 1 << 28;
  const GROUP1 = 1 << 30;
  /** A list register's word. */
  const list = (id: number, priority: number, more = 0): number =>
    (PENDING | ((priority >> 3) << 23) | id | more) >>> 0;

  beforeEach(() => {
    current = 0;
    gic = new Gicv2({ cpus: cpus(), lines: 288, current: () => current });
    gich(HCR, 1);
    gicv(CTLR, 3);
    gicv(PMR, 0xf8);
  });

  test('the aliased registers are those of group 1', () => {
    gich(LR, list(40, 0x50));
    gich(LR + 4, list(41, 0x60, GROUP1));
    expect([gicv(AHPPIR), gicv(AIAR)]).toEqual([1023, 1023]);
    expect(gicv(IAR)).toBe(40);
    gicv(EOIR, 40);
    expect([gicv(IAR), gicv(AHPPIR), gicv(AIAR), gicv(RPR)]).toEqual([1022, 41, 41, 0x60]);
    gicv(AEOIR, 41);
    expect([gich(LR + 4) & (3 << 28), gicv(RPR)]).toEqual([0, 0xff]);
  });

  test.each([
    [7, 0x50, 0x40, false],
    [5, 0x50, 0x40, false],
    [3, 0x50, 0x40, true],
    [2, 0x50, 0x48, true],
  ])('with binary point %i, %i is preempted by %i: %s', (point, running, next, preempts) => {
    gicv(BPR, 2);
    gich(LR, list(40, running));
    expect(gicv(IAR)).toBe(40);
    gicv(BPR, point);
    gich(LR + 4, list(41, next));
    expect(virq[0]!.level).toBe(preempts);
    expect(gicv(IAR)).toBe(preempts ? 41 : 1023);
  });

  test('group 1 has a binary point of its own unless CBPR joins them', () => {
    gicv(CTLR, 7);
    gich(LR, list(40, 0x50, GROUP1));
    expect(gicv(IAR)).toBe(40);
    gicv(ABPR, 7);
    gich(LR + 4, list(41, 0x40, GROUP1));
    expect(virq[0]!.level).toBe(false);
    gicv(CTLR, 0x17);
    expect(virq[0]!.level).toBe(true);
    expect(gicv(ABPR)).toBe(7);
    gicv(ABPR, 0);
    gicv(BPR, 0);
    expect([gicv(ABPR), gicv(BPR)]).toEqual([3, 2]);
  });

  test('a software generated interrupt ends by id and source', () => {
    gich(LR, list(5, 0x50, 1 << 10));
    gich(LR + 4, list(5, 0x48, 2 << 10));
    expect(gicv(IAR)).toBe((2 << 10) | 5);
    gicv(EOIR, (2 << 10) | 5);
    expect([gich(0x30), gicv(IAR)]).toEqual([0b1110, (1 << 10) | 5]);
    gicv(EOIR, (1 << 10) | 5);
    expect(gich(0x30)).toBe(0b1111);
  });

  test('each CPU has interrupts of its own; the maintenance interrupt is its PPI 25', () => {
    gic.distributor.write(0, 4, 1);
    for (current = 0; current < CPUS; current++) {
      gic.distributor.write(0x100, 4, 1 << 25);
      gic.cpuInterface.write(0, 4, 1);
      gic.cpuInterface.write(4, 4, 0xff);
    }
    current = 1;
    gich(HCR, 3); // underflow
    gicv(CTLR, 1);
    gicv(PMR, 0xf8);
    gich(LR, list(40, 0x50));
    expect([irq, virq].map(all => all.map(l => l.level))).toEqual([
      [false, true],
      [false, true],
    ]);
    expect(gic.cpuInterface.read(12, 4)).toBe(25);
    current = 0;
    expect([gich(LR), gicv(IAR)]).toEqual([0, 1023]);
  });

  test('reads what was written, and has no more list registers than it says', () => {
    gich(VMCR, 0xffff_ffff);
    expect(gich(VMCR)).toBe(0xf8fc_021f);
    for (let n = 0; n < 64; n++) gich(LR + 4 * n, 0xffff_ffff);
    expect(Array.from({ length: 6 }, (_, n) => gich(LR + 4 * n))).toEqual([...Array(4).fill(0xff8f_ffff), 0, 0]);
  });

  test('hostile values stay within', () => {
    const next = hostile(11);
    const sizes: AccessSize[] = [1, 2, 4];
    const devices = [gic.hypervisorInterface, gic.virtualCpuInterface, gic.cpuInterface, gic.distributor];
    for (let i = 0; i < 40000; i++) {
      const size = sizes[next() % 3]!;
      current = next() % CPUS;
      const device = devices[next() & 3]!;
      const offset = (next() & 1 ? next() % device.size : next() % 0x140) & -size;
      device.write(offset, size, size === 4 ? next() : next() & 0xff);
      const value = device.read(offset, size);
      expect(Number.isInteger(value) && value <= 0xffff_ffff && value >= -(2 ** 31)).toBe(true);
      gic.spi(next() % 256).set((next() & 1) === 1);
    }
    gic.reset();
    expect([irq, virq, vfiq].flat().some(l => l.level)).toBe(false);
    expect(gich(HCR)).toBe(0);
  });

  test('a CPU that is not there has no registers', () => {
    current = 5;
    gich(HCR, 0xff);
    gicv(CTLR, 0xff);
    expect([gich(HCR + 4), gicv(RPR)]).toEqual([0, 0]);
  });
});

describe('GICv3', () => {
  let gic: Gicv3;
  const ich = (name: string, value?: bigint): bigint => {
    const register = ichRegisters.find(r => r.name === `ICH_${name}_EL2`)!;
    if (value !== undefined) register.write!(gic.virtual[0]!, value);
    return register.read(gic.virtual[0]!);
  };
  const icv = (name: string, value?: number): number => {
    const { read, write } = icvRegisters[`ICC_${name}_EL1`]!;
    if (value !== undefined) write!(gic.virtual[0]!, value);
    return read?.(gic.virtual[0]!) ?? 0;
  };
  const list = (id: number, priority: number, group = 1): bigint =>
    (1n << 62n) | (BigInt(group) << 60n) | (BigInt(priority) << 48n) | BigInt(id);

  beforeEach(() => {
    gic = new Gicv3({ cpus: cpus().map((cpu, affinity) => ({ ...cpu, affinity })), lines: 288 });
    ich('HCR', 1n);
    icv('IGRPEN0', 1);
    icv('IGRPEN1', 1);
    icv('PMR', 0xf8);
  });

  test('the binary points start with their least values', () => {
    expect([icv('BPR0'), icv('BPR1'), ich('VMCR')]).toEqual([2, 3, 0xf84c_000bn]);
  });

  test('a common binary point of 7 lets group 1 preempt nothing', () => {
    icv('CTLR', 1);
    icv('BPR0', 7);
    ich('LR0', list(40, 0x80));
    expect(icv('IAR1')).toBe(40);
    ich('LR1', list(41, 0));
    expect([icv('IAR1'), icv('HPPIR1'), virq[0]!.level]).toEqual([1023, 41, false]);
  });

  test('an end counts only if a priority was dropped', () => {
    icv('EOIR1', 44);
    expect(ich('HCR')).toBe(1n);
    ich('AP1R0', 1n << 10n);
    icv('EOIR1', 44);
    expect(ich('HCR')).toBe((1n << 27n) | 1n);
    icv('EOIR1', 1023);
    expect(ich('HCR')).toBe((1n << 27n) | 1n);
  });

  test('hostile values stay within', () => {
    const next = hostile(7);
    const names = Object.keys(icvRegisters);
    for (let i = 0; i < 40000; i++) {
      const register = ichRegisters[next() % ichRegisters.length]!;
      const v = gic.virtual[next() % CPUS]!;
      register.write?.(v, (BigInt(next()) << 32n) | BigInt(next()));
      const value = register.read(v);
      expect(value >= 0n && value < 1n << 64n).toBe(true);
      const guest = icvRegisters[names[next() % names.length]!]!;
      guest.write?.(v, next());
      expect(Number.isInteger(guest.read?.(v) ?? 0)).toBe(true);
    }
    gic.reset();
    expect([irq, virq, vfiq].flat().some(l => l.level)).toBe(false);
  });
});
