import { describe, expect, it } from 'vitest';
import { Emulator } from '../../src/embed/emulator.js';
import { isEmulatorError } from '../../src/embed/error.js';
import type { RegisterName } from '../../src/embed/registers.js';
import type { EngineMode } from '../../src/engine/engine.js';
import { Hooks } from '../../src/hooks/hooks.js';
import { Trace } from '../../src/trace/trace.js';
import { guest, RAM, words } from '../machine-support.js';

const CODE = 0x10000;
const DATA = 0x20000;
const MODES: readonly EngineMode[] = ['interpreter', 'auto', 'compiled'];
/** 1: str x0, [x1], #8; ldr x3, [x1, #-8]; add x0, x0, #1; subs x2, x2, #1; b.ne 1b; ret */
const LOOP = [0xf8008420, 0xf85f8023, 0x91000400, 0xf1000442, 0x54ffff81, 0xd65f03c0];

function loaded(mode: EngineMode, code: readonly number[] = LOOP): Emulator {
  const emu = new Emulator({ memory: 0x200000, mode });
  emu.map(CODE, 0x2000);
  emu.map(DATA, 0x10000);
  emu.write(CODE, words(...code));
  return emu;
}
/** Everything a guest could tell apart. */
const state = (emu: Emulator): unknown => [
  Array.from({ length: 31 }, (_, n) => emu.get(`x${n}` as RegisterName)),
  emu.get(['sp', 'pc', 'nzcv']),
  emu.machine.executed,
  emu.machine.time.now(),
  emu.read(DATA, 0x10000),
];

describe.each(MODES)('hooks, %s', mode => {
  it('of a range of instructions see each with exact state', () => {
    const emu = loaded(mode);
    const seen: unknown[] = [];
    emu.onCode({ from: CODE + 8, to: CODE + 16 }, (e, address) => {
      seen.push([
        Number(address) - CODE,
        e.get('pc') === address,
        e.get('x0'),
        e.get('nzcv') >> 28n,
        e.machine.executed,
      ]);
    });
    emu.set({ x0: 0, x1: DATA, x2: 3 });
    emu.run({ from: CODE, until: CODE + 20 });
    expect(seen).toEqual([
      [8, true, 0n, 0n, 2],
      [12, true, 1n, 0n, 3],
      [8, true, 1n, 2n, 7],
      [12, true, 2n, 2n, 8],
      [8, true, 2n, 2n, 12],
      [12, true, 3n, 2n, 13],
    ]);
  });

  it('of blocks see where they begin', () => {
    const emu = loaded(mode);
    const blocks: number[] = [];
    const remove = emu.onBlock(start => {
      blocks.push(Number(start) - CODE);
    });
    emu.set({ x0: 0, x1: DATA, x2: 3 });
    emu.run({ from: CODE, until: CODE + 20 });
    expect(blocks).toEqual([0, 0, 0, 20]); // reached, not executed
    expect(emu.run({ instructions: 1 }).executed).toBe(1); // ret
    expect(blocks).toEqual([0, 0, 0, 20]);
    remove();
  });

  it('of data see address, size and value, and supply another', () => {
    const emu = loaded(mode);
    const seen: unknown[] = [];
    emu.onAccess(DATA + 8, 8, 'access', ({ address, size, kind, value }) => {
      seen.push([Number(address) - DATA, size, kind, value]);
      return kind === 'read' ? 0x1234n : value! + 100n;
    });
    emu.set({ x0: 7, x1: DATA, x2: 2 });
    emu.run({ from: CODE, until: CODE + 20 });
    expect(seen).toEqual([
      [8, 8, 'write', 8n],
      [8, 8, 'read', 108n],
    ]);
    expect(emu.get('x3')).toBe(0x1234n);
    expect(new BigUint64Array(emu.read(DATA, 16).slice().buffer)).toEqual(BigUint64Array.of(7n, 108n));
  });

  it('of writes can leave them out; physical ranges too', () => {
    const emu = loaded(mode);
    const { hooks } = emu.control;
    const remove = hooks.access(
      { from: BigInt(DATA), to: BigInt(DATA + 0x1000), physical: true, read: false },
      () => 'skip',
    );
    emu.set({ x0: 7, x1: DATA, x2: 2 });
    emu.run({ from: CODE, until: CODE + 20 });
    expect(emu.read(DATA, 16)).toEqual(new Uint8Array(16));
    remove();
    emu.set({ x0: 7, x1: DATA, x2: 2 });
    emu.run({ from: CODE, until: CODE + 20 });
    expect(emu.read(DATA, 9)).toEqual(Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0, 8));
  });

  it('see both parts of an access in two pages, and atomics as updates', () => {
    // str q0, [x1]; ldaddal x2, x3, [x4]; ret
    const emu = loaded(mode, [0x3d800020, 0xf8e20083, 0xd65f03c0]);
    const seen: unknown[] = [];
    emu.onAccess(DATA, 0x10000, 'access', ({ address, size, kind, value }) => {
      seen.push([Number(address) - DATA, size, kind, value]);
      return kind === 'write' && size === 10 ? 5n : undefined;
    });
    emu.set({ v0: 0x0f0e0d0c0b0a09080706050403020100n, x1: DATA + 0xffa, x2: 2, x4: DATA + 0x3000 });
    emu.write(DATA + 0x3000, Uint8Array.of(40));
    emu.run({ from: CODE, until: CODE + 8 });
    expect(seen).toEqual([
      [0xffa, 6, 'write', 0x050403020100n],
      [0x1000, 10, 'write', 0x0f0e0d0c0b0a09080706n],
      [0x3000, 8, 'update', 40n],
      [0x3000, 8, 'write', 42n],
    ]);
    expect(emu.get('x3')).toBe(40n);
    expect([...emu.read(DATA + 0xffa, 8)]).toEqual([0, 1, 2, 3, 4, 5, 5, 0]);
  });

  it('of what is not mapped map it, and the access is made as if it had been there', () => {
    const plain = loaded(mode);
    const lazy = loaded(mode);
    plain.map(0x80000, 0x4000);
    const faults: unknown[] = [];
    lazy.onUnmapped(({ address, kind, size }, e) => {
      faults.push([address, kind, size]);
      if (address >= 0x84000n) return false;
      e.map(address & ~0xfffn, 0x1000);
      return true;
    });
    for (const emu of [plain, lazy]) {
      emu.set({ x0: 1, x1: 0x80ff8, x2: 100 });
      expect(emu.run({ from: CODE, until: CODE + 20 }).reason).toBe('address');
    }
    expect(faults).toEqual([
      [0x80ff8n, 'write', 8],
      [0x81000n, 'write', 8],
    ]);
    expect(state(lazy)).toEqual(state(plain));
    // Where a run ends nothing need be mapped, and nothing is asked about it.
    expect(lazy.run({ until: 0x82100, instructions: 1 }).reason).toBe('instructions');
    lazy.set({ pc: 0x82100 });
    expect(lazy.run({ until: 0x82100 })).toMatchObject({ reason: 'address', executed: 0 });
    lazy.set({ x1: 0x90000, x2: 1 });
    expect(lazy.run({ from: CODE })).toMatchObject({ reason: 'exception', pc: BigInt(CODE) });
    // A hook that says so without doing anything is not asked forever.
    lazy.onUnmapped(() => true);
    expect(lazy.run({ from: CODE })).toMatchObject({ reason: 'exception', executed: 0 });
    lazy.set({ lr: 0x82000 });
    lazy.map(0x82000, 0x1000);
    lazy.write(0x82000, words(0xd4200000));
    lazy.unmap(0x82000);
    expect(lazy.run({ from: CODE + 20 }).text).toMatch(/instruction abort|unknown/);
  });

  it('of system registers supply values, of registers that are not there too', () => {
    // mrs x0, midr_el1; mrs x1, s3_0_c15_c9_7; msr tpidr_el0, x2; mrs x3, tpidr_el0; msr tpidr_el0, x4; mrs x5, tpidr_el0
    const code = [0xd5380000, 0xd538f9e1, 0xd51bd042, 0xd53bd043, 0xd51bd044, 0xd53bd045];
    const emu = loaded(mode, code);
    const seen: unknown[] = [];
    emu.onSystemRegister('MIDR_EL1', () => 0x611f0221n);
    emu.onSystemRegister('S3_0_C15_C9_7', ({ name }) => {
      seen.push(name);
      return 42n;
    });
    const remove = emu.onSystemRegister('tpidr_el0', ({ name, write, value }) => {
      seen.push([name, write, value]);
      if (!write) return undefined;
      return value === 5n ? 6n : 'skip';
    });
    emu.set({ x2: 5, x4: 9 });
    expect(emu.run({ from: CODE, until: CODE + 24 })).toMatchObject({ reason: 'address', executed: 6 });
    expect(emu.get(['x0', 'x1', 'x3', 'x5'])).toEqual({ x0: 0x611f0221n, x1: 42n, x3: 6n, x5: 6n });
    expect(seen).toEqual([
      'S3_0_C15_C9_7',
      ['TPIDR_EL0', true, 5n],
      ['TPIDR_EL0', false, undefined],
      ['TPIDR_EL0', true, 9n],
      ['TPIDR_EL0', false, undefined],
    ]);
    remove();
    emu.run({ from: CODE + 16, until: CODE + 24 });
    expect(emu.get('x5')).toBe(9n);
    expect(() => emu.onSystemRegister('no_el1', () => undefined)).toThrow(/no register no_el1/);
    try {
      emu.onSystemRegister('', () => undefined);
    } catch (error) {
      expect(isEmulatorError(error, 'no-register')).toBe(true);
    }
  });

  it('of undefined instructions emulate them', () => {
    const emu = loaded(mode, [0x00000007, 0x91000400, 0x00000009]); // udf #7; add x0, x0, #1; udf #9
    emu.onUndefined((word, e) => {
      if (word !== 7) return false;
      e.set('x0', 41);
      return true;
    });
    expect(emu.run({ from: CODE })).toMatchObject({ reason: 'exception', pc: BigInt(CODE + 8) });
    expect(emu.get('x0')).toBe(42n);
  });

  it('skip instructions, go elsewhere, and stop', () => {
    const emu = loaded(mode, [0xd2800020, 0xd2800041, 0xd2800062, 0xd2800083, 0x14000000]);
    emu.onCode(CODE, () => 'skip');
    emu.onCode(CODE + 4, e => e.set('pc', CODE + 12));
    let last = 0;
    emu.onCode(CODE + 16, e => {
      if (++last === 3) e.stop();
    });
    expect(emu.run({ from: CODE })).toMatchObject({ reason: 'stopped', pc: BigInt(CODE + 16), executed: 4 });
    expect(emu.get(['x0', 'x1', 'x2', 'x3'])).toEqual({ x0: 0n, x1: 0n, x2: 0n, x3: 4n });
    expect(emu.run({ instructions: 2 }).executed).toBe(2);
    expect(last).toBe(4);
  });

  it('are added and removed while code is compiled and running, by hooks themselves', () => {
    const emu = loaded(mode);
    emu.map(0x100000, 0x80000);
    emu.set({ x0: 0, x1: 0x100000, x2: 50_000 });
    const counts = [0, 0, 0];
    let removeSecond = (): void => {};
    const removeFirst = emu.onCode(CODE + 8, e => {
      counts[0]!++;
      if (counts[0] === 10)
        removeSecond = e.onCode(CODE + 12, () => {
          if (++counts[1]! === 20) removeSecond();
        });
      if (counts[0] === 100) removeFirst();
    });
    emu.run({ from: CODE, instructions: 100_000 });
    expect(counts).toEqual([100, 20, 0]);
    const remove = emu.onCode(CODE + 8, () => {
      counts[2]!++;
    });
    emu.run({ until: CODE + 20 });
    remove();
    expect(counts).toEqual([100, 20, 30_000]);
    expect(emu.get('x0')).toBe(50_000n);
    expect(emu.machine.executed).toBe(250_000);
  });

  it('throw what they throw from the run, which can go on', () => {
    const emu = loaded(mode);
    emu.set({ x0: 0, x1: DATA, x2: 3 });
    const remove = emu.onCode(CODE + 12, () => {
      throw new Error('from a hook');
    });
    expect(() => emu.run({ from: CODE, until: CODE + 20 })).toThrow('from a hook');
    expect(emu.get(['pc', 'x0'])).toEqual({ pc: BigInt(CODE + 12), x0: 1n });
    remove();
    expect(emu.run({ until: CODE + 20 })).toMatchObject({ reason: 'address', executed: 12 });
    expect(emu.get('x0')).toBe(3n);
  });

  it('that change nothing leave the run as it is, all of them together', () => {
    const run = (hooked: boolean): unknown => {
      const emu = loaded(mode);
      let calls = 0;
      const count = (): undefined => {
        calls++;
      };
      if (hooked) {
        emu.onCode({ from: CODE, to: CODE + 12 }, count);
        emu.onBlock(count);
        emu.onAccess(DATA + 0x100, 0x800, 'access', count);
        emu.onAccess(CODE + 16, 4, 'fetch', count);
        emu.onException(() => count());
        emu.onUnmapped(() => count() ?? false);
        emu.onUndefined(() => count() ?? false);
        emu.onSystemRegister('*', count);
        emu.onTlbFill(count);
      }
      emu.set({ x0: 5, x1: DATA, x2: 1000 });
      for (let n = 0; n < 40; n++) emu.run({ ...(n === 0 ? { from: CODE } : {}), instructions: 101 });
      emu.run({ until: CODE + 20 });
      expect(calls > 3000).toBe(hooked);
      return state(emu);
    };
    expect(run(true)).toEqual(run(false));
  });

  it('of TLB fills hear of each page once', () => {
    const emu = loaded(mode);
    const fills: unknown[] = [];
    emu.onTlbFill(({ address, physical, kind }, e) => {
      fills.push([Number(address), physical, kind, e.get('x0')]);
    });
    emu.set({ x0: 0, x1: DATA + 0xff0, x2: 4 });
    emu.run({ from: CODE, until: CODE + 20 });
    expect(fills).toEqual([
      [CODE, CODE, 'fetch', 0n],
      [DATA, DATA, 'write', 0n],
      [DATA, DATA, 'read', 0n],
      [DATA + 0x1000, DATA + 0x1000, 'write', 2n],
      [DATA + 0x1000, DATA + 0x1000, 'read', 2n],
    ]);
  });

  it('of TLB fills say whose they are', () => {
    const emu = new Emulator({ memory: 0x200000, mode, el: 1 });
    emu.map(CODE, 0x1000);
    emu.map(DATA, 0x1000);
    emu.map(0x30000, 0x4000);
    emu.write(CODE, words(0xf9400022, 0xf9400043)); // ldr x2, [x1]; ldr x3, [x2]
    const table = (at: number, n: number, entry: bigint): void =>
      emu.write(at + n * 8, new Uint8Array(BigUint64Array.of(entry).buffer));
    // 39 bits, 4K: the first 2 MiB as they are, global; 0x400000 is DATA for one address space.
    table(0x30000, 0, 0x31003n);
    table(0x31000, 0, 0x701n);
    table(0x31000, 2, 0x32003n);
    table(0x32000, 0, BigInt(DATA) | 0xf03n);
    table(DATA, 0, BigInt(DATA));
    emu.set({ mair_el1: 0xff, tcr_el1: 25n | (1n << 23n), ttbr0_el1: 0x30000n | (0x2an << 48n) });
    emu.set({ sctlr_el1: emu.get('sctlr_el1') | 1n, x1: 0x400000 });
    const fills: unknown[] = [];
    emu.onTlbFill(({ address, physical, kind, asid }) => {
      fills.push([kind, Number(address), physical, asid]);
    });
    const lines: string[] = [];
    new Trace({ items: ['tlb'], write: line => lines.push(line) }).attach(emu);
    expect(emu.run({ from: CODE, instructions: 2 }).reason).toBe('instructions');
    expect(fills).toEqual([
      ['fetch', CODE, CODE, undefined],
      ['read', 0x400000, DATA, 0x2a],
      ['read', DATA, DATA, undefined],
    ]);
    expect(lines.map(line => / is .*/.exec(line)![0])).toEqual([
      ' is 0x10000; CPU 0, EL1',
      ' is 0x20000; CPU 0, EL1, ASID 42',
      ' is 0x20000; CPU 0, EL1',
    ]);
  });

  it('of a machine: two CPUs, with interrupts, in the order of a run without', () => {
    // 1: add x0, x0, #1; ldxr x2, [x3]; add x2, x2, #1; stxr w4, x2, [x3]; b 1b
    const code = [0x91000400, 0xc85f7c62, 0x91000442, 0xc8047c62, 0x17fffffc];
    const run = (hooked: boolean) => {
      const made = guest(words(...code), { cpus: 2, quantum: 37, mode });
      for (const { index } of made.machine.cpus)
        made.machine.within(index, cpu => {
          cpu.pc = BigInt(RAM);
          cpu.setX(3, BigInt(RAM + 0x2000));
          cpu.wait = 'running';
        });
      const counts = [0, 0];
      let accesses = 0;
      if (hooked) {
        const hooks = Hooks.of(made);
        hooks.code({ from: BigInt(RAM), to: BigInt(RAM + 4) }, cpu => {
          counts[cpu.index]!++;
        });
        hooks.access({ from: BigInt(RAM + 0x2000), to: BigInt(RAM + 0x2008), physical: true }, () => {
          accesses++;
        });
      }
      made.machine.runSync({ instructions: 5000 });
      if (hooked) {
        expect(counts.map(BigInt)).toEqual([made.x(0, 0), made.x(0, 1)]);
        expect(accesses).toBeGreaterThan(1900);
      }
      return [
        made.x(0, 0),
        made.x(0, 1),
        made.bus.load(RAM + 0x2000, 4),
        made.machine.executed,
        made.machine.time.now(),
      ];
    };
    expect(run(true)).toEqual(run(false));
  });
});
