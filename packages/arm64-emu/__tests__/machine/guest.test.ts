import { describe, expect, it } from 'vitest';
import { EC } from '../../src/cpu/esr.js';
import { appleA12, cortexA72 } from '../../src/cpu/models.js';
import { restoreSnapshot, saveSnapshot } from '../../src/snapshot/snapshot.js';
import { guest, IRQS, RAM, words } from '../machine-support.js';

/** PSCI SYSTEM_OFF: movz x0, #0x8400, lsl #16; movk x0, #8; hvc #0 */
const POWER_OFF = [0xd2b08000, 0xf2800100, 0xd4000002];

describe('one CPU', () => {
  it('executes exactly as many instructions as asked', () => {
    const { machine, x } = guest(words(0x91000400, 0x17ffffff)); // 1: add x0, x0, #1; b 1b
    for (const count of [1, 2, 1, 999, 12_345, 300_001]) {
      const before = machine.executed;
      expect(machine.runSync({ instructions: count })).toBe('instructions');
      expect(machine.executed - before).toBe(count);
      expect(x(0)).toBe(BigInt(Math.ceil(machine.executed / 2)));
    }
  });

  it('takes timer interrupts and waits for them in WFI', () => {
    const { machine, bus, x } = guest(
      words(
        ...[0x10004000, 0xd518c000], // adr x0, vectors; msr vbar_el1, x0
        ...[0xd2800013, 0xd2800c81, 0xd51be301], // mov x19, #0; mov x1, #100; msr cntv_tval_el0, x1
        ...[0xd2800021, 0xd51be321, 0xd50342ff], // mov x1, #1; msr cntv_ctl_el0, x1; msr daifclr, #2
        ...[0xd503207f, 0xf1000e7f, 0x54ffffc1], // 1: wfi; cmp x19, #3; b.ne 1b
        0xd53be054, // mrs x20, cntvct_el0
        ...POWER_OFF,
      ),
    );
    bus.write(
      RAM + 0x800 + 0x280,
      // add x19, x19, #1; mov x1, #1000; msr cntv_tval_el0, x1; eret
      words(0x91000673, 0xd2807d01, 0xd51be301, 0xd69f03e0),
    );
    machine.lines[0] = { cntv: machine.cpus[0]!.irq };
    expect(machine.runSync()).toBe('poweroff');
    expect(x(19)).toBe(3n);
    expect(x(20)).toBeGreaterThanOrEqual(2100n);
    expect(x(20)).toBeLessThan(2110n);
    expect(machine.executed).toBeLessThan(60); // the wait is skipped, not executed
  });

  it('takes an interrupt that a store raises before the next instruction', () => {
    const { machine, bus, x } = guest(
      words(
        ...[0x10004000, 0xd518c000], // adr x0, vectors; msr vbar_el1, x0
        ...[0xd2a12201, 0x52800022, 0xd50342ff], // movz x1, #0x910, lsl #16; mov w2, #1; msr daifclr, #2
        ...[0xd2800013, 0xb9000022], // mov x19, #0; str w2, [x1]
        ...[0xd2800033, 0x14000000], // mov x19, #1; b .
      ),
    );
    expect(IRQS).toBe(0x0910_0000);
    bus.write(RAM + 0x800 + 0x280, words(0xd5384034, ...POWER_OFF)); // mrs x20, elr_el1
    expect(machine.runSync({ instructions: 1000 })).toBe('poweroff');
    expect([x(19), x(20)]).toEqual([0n, BigInt(RAM + 7 * 4)]);
  });

  it.each([
    ['cortex-a72', cortexA72],
    ['default', undefined],
  ])('turns translation on, runs EL0, and reports its faults (%s)', (_, model) => {
    const { machine, bus, x } = guest(
      words(
        ...[0x10004000, 0xd518c000], // adr x0, vectors; msr vbar_el1, x0
        ...[0xd29fe000, 0xd518a200], // mov x0, #0xff00; msr mair_el1, x0
        ...[0xd2a01000, 0xf2800320, 0xd5182040], // T0SZ 25, EPD1: msr tcr_el1, x0
        ...[0xd2a80020, 0xd5182000, 0xd5033fdf], // movz x0, #0x4001, lsl #16; msr ttbr0_el1, x0; isb
        ...[0xd5381000, 0xb2400000, 0xd5181000, 0xd5033fdf], // sctlr_el1 |= 1; isb
        ...[0xd2b00000, 0xd5184020, 0xd518401f], // movz x0, #0x8000, lsl #16; msr elr_el1, x0; msr spsr_el1, xzr
        0xd69f03e0, // eret
      ),
      model === undefined ? {} : { model },
    );
    const vectors = RAM + 0x800;
    // mrs x24, esr_el1; mrs x25, far_el1
    bus.write(vectors + 0x200, words(0xd5385218, 0xd5386019, ...POWER_OFF));
    bus.write(
      vectors + 0x400,
      words(
        ...[0xd5385209, 0xd35afd2a, 0xf100555f, 0x54000100], // mrs x9, esr_el1; lsr x10, x9, #26; cmp x10, #0x15; b.eq 1f
        ...[0xaa0903f5, 0xd5386016, 0xd5384037], // mov x21, x9; mrs x22, far_el1; mrs x23, elr_el1
        ...[0xd538402a, 0x9100114a, 0xd518402a, 0xd69f03e0], // elr_el1 += 4; eret
        0xaa0903f4, // 1: mov x20, x9
        model === cortexA72 ? 0xd503201f : 0xd500419f, // nop, or msr pan, #1
        0xf940005b, // ldr x27, [x2]
        ...POWER_OFF,
      ),
    );
    bus.write(
      RAM + 0x3000,
      words(
        ...[0xd2b00002, 0xf2820002], // x2 = 0x80001000
        ...[0xd2800543, 0xf9000043], // mov x3, #42; str x3, [x2]
        ...[0xd2a80004, 0xf9400085], // movz x4, #0x4000, lsl #16; ldr x5, [x4]
        ...[0xf9400046, 0xd40000e1], // ldr x6, [x2]; svc #7
      ),
    );
    const table = (at: number, ...entries: bigint[]) =>
      bus.write(at, new Uint8Array(new BigUint64Array(entries).buffer));
    const leaf = (1n << 10n) | (1n << 2n);
    table(RAM + 0x10000, 0n, 0x4000_0000n | 1n | leaf, 0x4001_1003n);
    table(RAM + 0x11000, 0x4001_2003n);
    table(RAM + 0x12000, 0x4000_3003n | leaf | 0xc0n, 0x4000_4003n | leaf | 0x40n | (3n << 53n));

    expect(machine.runSync({ instructions: 1000 })).toBe('poweroff');
    expect(x(20)).toBe(0x5600_0007n); // SVC #7
    expect([x(21), x(22), x(23)]).toEqual([0x9200_000dn, 0x4000_0000n, 0x8000_0014n]); // permission, level 1
    expect(x(6)).toBe(42n);
    expect(bus.load64(RAM + 0x4000)).toBe(42n);
    if (model === cortexA72) expect(x(27)).toBe(42n);
    else expect([x(24), x(25), x(27)]).toEqual([0x9600_000fn, 0x8000_1000n, 0n]); // PAN
  });

  it('executes what it has just written', () => {
    const { machine, x } = guest(
      words(
        ...[0x100000a1, 0x100001e2, 0xb9400043], // adr x1, 1f; adr x2, 2f; ldr w3, [x2]
        ...[0xd2800005, 0xd2800064], // mov x5, #0; mov x4, #3
        ...[0x910004a5, 0xb9000023], // 1: add x5, x5, #1; str w3, [x1]
        ...[0xd50b7b21, 0xd5033b9f, 0xd50b7521, 0xd5033fdf], // dc cvau, x1; dsb ish; ic ivau, x1; isb
        ...[0xf1000484, 0x54ffff21], // subs x4, x4, #1; b.ne 1b
        ...POWER_OFF,
        0x910040a5, // 2: add x5, x5, #16
      ),
    );
    expect(machine.runSync({ instructions: 1000 })).toBe('poweroff');
    expect(x(5)).toBe(1n + 16n + 16n);
  });

  it('reports accesses to holes as external aborts, and fetches too', () => {
    const { machine, x } = guest(words(0xd2a00021, 0xf9400022)); // movz x1, #1, lsl #16; ldr x2, [x1]
    machine.within(0, c => c.write('VBAR_EL1', BigInt(RAM + 0x800)));
    machine.bus.write(RAM + 0x800 + 0x200, words(0xd5385203, 0xd5386004, ...POWER_OFF)); // mrs x3, esr_el1; mrs x4, far_el1
    expect(machine.runSync({ instructions: 100 })).toBe('poweroff');
    expect([x(3), x(4)]).toEqual([0x9600_0010n, 0x1_0000n]);
    machine.start(0x1_0000n);
    machine.within(0, c => c.write('VBAR_EL1', BigInt(RAM + 0x800)));
    expect(machine.runSync({ instructions: 100 })).toBe('poweroff');
    expect([x(3) >> 26n, x(3) & 63n, x(4)]).toEqual([BigInt(EC.instructionAbort), 0x10n, 0x1_0000n]);
  });

  it('checks alignment when SCTLR.A says so, on pages that the TLB knew', () => {
    const { machine, x } = guest(
      words(
        ...[0xd2a80021, 0xf8401022], // movz x1, #0x4001, lsl #16; ldur x2, [x1, #1]
        ...[0xd5381000, 0xb27f0000, 0xd5181000, 0xd5033fdf], // sctlr_el1 |= 2; isb
        ...[0xf9400023, 0xf8401024], // ldr x3, [x1]; ldur x4, [x1, #1]
      ),
    );
    const [cpu] = machine.cpus;
    machine.within(0, c => {
      // Flat and Normal: one block, translation on.
      machine.bus.write(RAM + 0x20000, new Uint8Array(new BigUint64Array([0n, 0x4000_0000n | 0x405n]).buffer));
      c.write('MAIR_EL1', 0xff00n);
      c.write('TTBR0_EL1', BigInt(RAM + 0x20000));
      c.write('TCR_EL1', 25n | (1n << 23n));
      c.write('SCTLR_EL1', c.model.sctlr | 1n);
      c.write('VBAR_EL1', BigInt(RAM + 0x800));
      c.controlChanged();
    });
    machine.bus.write(RAM + 0x800 + 0x200, words(0xd5385205, ...POWER_OFF)); // mrs x5, esr_el1
    expect(machine.runSync({ instructions: 100 })).toBe('poweroff');
    expect([x(5), cpu!.read('FAR_EL1')]).toEqual([0x9600_0021n, BigInt(RAM + 0x10001)]);
  });

  it('runs the timer on FIQ, as Apple machines have it', () => {
    const { machine, bus, x } = guest(
      words(
        ...[0x10004000, 0xd518c000], // adr x0, vectors; msr vbar_el1, x0
        ...[0xd50040bf, 0xd2800c81, 0xd51be301], // msr spsel, #0; mov x1, #100; msr cntv_tval_el0, x1
        ...[0xd2800021, 0xd51be321, 0xd50341ff], // mov x1, #1; msr cntv_ctl_el0, x1; msr daifclr, #1
        ...[0xd503207f, 0x17ffffff], // 1: wfi; b 1b
      ),
      { model: appleA12, counterFrequency: 24_000_000 },
    );
    bus.write(RAM + 0x800 + 0x100, words(0xd53be333, ...POWER_OFF)); // mrs x19, cntv_ctl_el0
    machine.lines[0] = { cntv: machine.cpus[0]!.fiq };
    expect(machine.runSync({ instructions: 1000 })).toBe('poweroff');
    expect(x(19)).toBe(5n);
  });

  it('stops as idle when nothing can ever wake it', () => {
    const { machine } = guest(words(0xd503207f)); // wfi
    expect(machine.runSync()).toBe('idle');
  });
});

describe('running', () => {
  const spin = words(0x14000000); // b .
  it('ends at a host deadline, a condition, or when told', async () => {
    const { machine } = guest(spin);
    expect(await machine.run({ deadline: performance.now() + 30 })).toBe('deadline');
    let asked = 0;
    expect(await machine.run({ until: () => ++asked > 3 })).toBe('until');
    setTimeout(() => machine.stop(), 20);
    const begun = performance.now();
    expect(await machine.run()).toBe('stopped');
    expect(performance.now() - begun).toBeLessThan(2000); // timers get their turn between slices
  });
  it('at host pace sleeps in WFI until an interrupt wakes it', async () => {
    const { machine, out } = guest(
      words(0xd503207f, 0xd2a12001, 0x528008a2, 0x39000022, 0x14000000), // wfi; console: 'E'; b .
    );
    setTimeout(() => machine.cpus[0]!.irq.set(true), 30);
    const begun = performance.now();
    expect(await machine.run({ pace: 'host', until: () => out.text !== '' })).toBe('until');
    expect(performance.now() - begun).toBeGreaterThan(25);
    expect(machine.time.ns).toBeLessThan(1e9);
  });
  it('at host pace ends when nothing can wake the guest', async () => {
    const code = words(0xd503207f, 0x17ffffff); // 1: wfi; b 1b
    const { machine } = guest(code);
    machine.wakeable = () => false;
    expect(await machine.run({ pace: 'host' })).toBe('idle');
    const off = guest(words(0xd2b08000, 0xf2800040, 0xd4000002)); // PSCI CPU_OFF
    expect(await off.machine.run({ pace: 'host' })).toBe('idle');
  });
  it('goes on from a snapshot that was taken when a timer was due', async () => {
    const make = () => {
      const built = guest(
        words(
          ...[0x10004000, 0xd518c000, 0xd2800c81, 0xd51be301], // msr vbar_el1, vectors; mov x1, #100; msr cntv_tval_el0, x1
          ...[0xd2800021, 0xd51be321, 0xd50342ff, 0xd503207f, 0x17ffffff], // mov x1, #1; msr cntv_ctl_el0, x1; msr daifclr, #2; 1: wfi; b 1b
        ),
      );
      built.bus.write(RAM + 0x800 + 0x280, words(...POWER_OFF));
      built.machine.lines[0] = { cntv: built.machine.cpus[0]!.irq };
      built.machine.devices.length = 0;
      return built;
    };
    const [first, second] = [make(), make()];
    first.machine.runSync({ instructions: 8 });
    expect(first.machine.cpus[0]!.wait).toBe('wfi');
    first.machine.time.skipTo(1_000_000);
    await restoreSnapshot(second, await saveSnapshot(first));
    for (const { machine } of [first, second]) expect(machine.runSync({ instructions: 1000 })).toBe('poweroff');
    expect(second.machine.executed).toBe(first.machine.executed);
  });
  it('runs again after a reset, with the same result at the same time', () => {
    const { machine, out, x } = guest(words(0xd2a12001, 0x528008a2, 0x39000022, 0xd53be043, ...POWER_OFF)); // console: 'E'; mrs x3, cntvct_el0
    machine.onReset = () => machine.start(BigInt(RAM));
    expect(machine.runSync()).toBe('poweroff');
    expect(out.text).toBe('E');
    machine.reset();
    expect(out.text).toBe('');
    expect(machine.runSync()).toBe('poweroff');
    expect(out.text).toBe('E');
    expect(x(3)).toBeLessThan(20n);
  });
});

describe('several CPUs', () => {
  /** CPU 0 starts CPU 1; both add 1000 to a counter under a spinlock with WFE and SEV. */
  const code = words(
    ...[0xd2a8003c, 0xd2b88000, 0xf2800060, 0xd2800021], // x28 = 0x40010000; x0 = CPU_ON; mov x1, #1
    ...[0x10000262, 0xd2800ee3, 0xd4000002, 0xaa0003f4], // adr x2, second; mov x3, #0x77; hvc #0; mov x20, x0
    ...[0xd2807d1b, 0x94000019], // mov x27, #1000; bl work
    ...[0xd503205f, 0xf9400b81, 0xb4ffffc1], // 1: wfe; ldr x1, [x28, #16]; cbz x1, 1b
    ...[0xd2b88000, 0xf2800080, 0xd2800021, 0xd2800002], // 2: x0 = AFFINITY_INFO; mov x1, #1; mov x2, #0
    ...[0xd4000002, 0xb4ffff60, 0xaa0003f5], // hvc #0; cbz x0, 2b; mov x21, x0
    ...POWER_OFF,
    ...[0xaa0003f3, 0xd2a8003c, 0xd2807d1b, 0x94000008], // second: mov x19, x0; x28 = ...; mov x27, #1000; bl work
    ...[0xd2800021, 0xf9000b81, 0xd503209f], // mov x1, #1; str x1, [x28, #16]; sev
    ...[0xd2b08000, 0xf2800040, 0xd4000002, 0x14000000], // CPU_OFF; b .
    ...[0x885fff81, 0x35000181, 0x52800021, 0x88027f81], // work: 1: ldaxr w1, [x28]; cbnz w1, 3f; mov w1, #1; stxr w2, w1, [x28]
    ...[0x35ffff82, 0xf9400783, 0x91000463, 0xf9000783], // cbnz w2, 1b; counter += 1
    ...[0x889fff9f, 0xd503209f, 0xf100077b, 0x54fffea1], // stlr wzr, [x28]; sev; subs x27, x27, #1; b.ne 1b
    ...[0xd65f03c0, 0xd503205f, 0x17fffff2], // ret; 3: wfe; b 1b
  );

  it.each([3, 7, 100, 20_000])('share memory and a lock, with turns of %i instructions', quantum => {
    const run = () => {
      const g = guest(code, { cpus: 2, quantum });
      expect(g.machine.runSync({ instructions: 2_000_000 })).toBe('poweroff');
      return g;
    };
    const { machine, bus, x } = run();
    expect(bus.load64(RAM + 0x10008)).toBe(2000n);
    expect(x(20)).toBe(0n); // CPU_ON: success
    expect(x(21)).toBe(1n); // AFFINITY_INFO: off
    expect(x(19, 1)).toBe(0x77n);
    expect(machine.cpus[1]!.wait).toBe('off');
    expect(run().machine.executed).toBe(machine.executed);
  });
});
