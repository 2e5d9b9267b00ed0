// What users of Unicorn asked for and did not get: by the number of their issue where there is one. Chromium itself is
// tested in boot-recipes, where there is a guest to boot.
import { describe, expect, it } from 'vitest';
import { Emulator } from '../../src/embed/emulator.js';
import type { EngineMode } from '../../src/engine/engine.js';
import { GdbServer } from '../../src/gdb/server.js';
import { Hooks } from '../../src/hooks/hooks.js';
import { record, replay } from '../../src/record/recording.js';
import { stateHash } from '../../src/snapshot/snapshot.js';
import { Coverage } from '../../src/trace/coverage.js';
import { createVirt } from '../../src/virt/virt.js';
import { RemoteMachine } from '../../src/worker/client.js';
import { serveMachine } from '../../src/worker/host.js';
import { words } from '../machine-support.js';

const CODE = 0x10000;
const DATA = 0x20000;
const MODES: readonly EngineMode[] = ['interpreter', 'auto', 'compiled'];
/** 1: add x0, x0, #1; str x0, [x1]; subs x2, x2, #1; b.ne 1b; ret */
const COUNT = [0x91000400, 0xf9000020, 0xf1000442, 0x54ffffa1, 0xd65f03c0];

function loaded(mode: EngineMode, code: readonly number[] = COUNT): Emulator {
  const emu = new Emulator({ memory: 0x100000, mode });
  emu.map(CODE, 0x1000);
  emu.map(DATA, 0x4000);
  emu.write(CODE, words(...code));
  emu.set('x1', DATA);
  return emu;
}

describe.each(MODES)('%s', mode => {
  it('unicorn #2200: a hook takes effect on code that has been translated already', () => {
    const emu = loaded(mode);
    emu.call(CODE, 0, DATA, 200_000);
    let calls = 0;
    const remove = emu.onCode(CODE, () => {
      calls++;
    });
    emu.call(CODE, 0, DATA, 1000);
    remove();
    emu.call(CODE, 0, DATA, 1000);
    expect(calls).toBe(1000);
  });

  it('unicorn #1908: a hook is called every time, self-jumps and re-entered blocks included', () => {
    // 1: subs x0, x0, #1; b.ne 1b; 2: cbz x3, 3f; b 2b; 3: ret: the second loop is a branch to itself
    const emu = loaded(mode, [0xf1000400, 0x54ffffe1, 0xb4000043, 0x17ffffff, 0xd65f03c0]);
    const counts = new Map<number, number>();
    emu.onCode({ from: CODE, to: CODE + 20 }, (e, address) => {
      const at = Number(address) - CODE;
      counts.set(at, (counts.get(at) ?? 0) + 1);
      if (counts.get(12) === 500) e.set('x3', 0);
    });
    emu.set('x3', 1);
    emu.call(CODE, 1000);
    expect(Object.fromEntries(counts)).toEqual({ 0: 1000, 4: 1000, 8: 501, 12: 500, 16: 1 });
  });

  it('unicorn #318: what hooks one address leaves the rest as it was', () => {
    const emu = loaded(mode);
    emu.map(0x40000, 0x1000);
    emu.write(0x40000, words(0xd65f03c0));
    let calls = 0;
    emu.onCode(0x40000, () => {
      calls++;
    });
    emu.call(CODE, 0, DATA, 300_000);
    expect(calls).toBe(0);
    emu.call(0x40000);
    expect(calls).toBe(1);
    // How little it costs is a row of `npm run bench -- arm64-emu hooks`.
    expect(emu.machine.executed).toBe(4 * 300_000 + 2);
  });

  it('unicorn #2041: hooks never change what the guest computes', () => {
    // flags live across instructions: 1: adds x0, x0, x3; adc x4, x4, xzr; subs x2, x2, #1; b.ne 1b; ret
    const code = [0xab030000, 0x9a1f0084, 0xf1000442, 0x54ffffa1, 0xd65f03c0];
    const run = (hooked: boolean) => {
      const emu = loaded(mode, code);
      if (hooked) {
        emu.onCode({ from: CODE, to: CODE + 20 }, () => {});
        emu.onAccess(0, 0x7fffffff, 'access', () => {});
      }
      emu.set({ x3: 0x3fff_ffff_ffff_ffffn, x4: 0 });
      emu.call(CODE, 5, DATA, 1000);
      return emu.get(['x0', 'x4', 'nzcv', 'pc']);
    };
    expect(run(true)).toEqual(run(false));
  });

  it('unicorn #642: several CPUs', () => {
    const virt = createVirt({ memory: 2 ** 24, flash: false, smp: 2, quantum: 50, mode });
    // 1: ldaddal x0, x2, [x1]; b 1b, by two CPUs on one counter
    virt.load(0x40080000, words(0xf8e00022, 0x17ffffff));
    for (const { index } of virt.machine.cpus)
      virt.machine.within(index, cpu => {
        cpu.pc = 0x40080000n;
        cpu.setX(0, 1n);
        cpu.setX(1, 0x40100000n);
        cpu.wait = 'running';
      });
    const by = [0, 0];
    Hooks.of(virt).code({ from: 0x40080000n, to: 0x40080004n }, cpu => {
      by[cpu.index]!++;
    });
    virt.machine.runSync({ instructions: 4000 });
    expect(virt.bus.load(0x40100000, 4)).toBe(2000);
    expect(by).toEqual([1000, 1000]);
  });

  it('unicorn #1126: the MMU that the guest sets up is the one that is used', () => {
    const emu = new Emulator({ memory: 0x100000, mode, el: 1 });
    emu.map(CODE, 0x1000);
    emu.map(DATA, 0x2000);
    emu.map(0x30000, 0x4000);
    // msr ttbr0_el1, x0; msr tcr_el1, x1; msr mair_el1, x2; isb; msr sctlr_el1, x3; isb; ldr x4, [x5]; str x4, [x5]
    emu.write(
      CODE,
      words(0xd5182000, 0xd5182041, 0xd518a202, 0xd5033fdf, 0xd5181003, 0xd5033fdf, 0xf94000a4, 0xf90000a4),
    );
    const table = (at: number, ...entries: [number, bigint][]): void => {
      for (const [n, v] of entries) emu.write(at + n * 8, new Uint8Array(BigUint64Array.of(v).buffer));
    };
    table(0x30000, [0, 0x31003n]);
    table(0x31000, [0, 0x33003n], [2, 0x32003n]);
    table(0x32000, [0, BigInt(DATA) | 0x60_0000_0000_0783n]);
    table(0x33000, [CODE >> 12, BigInt(CODE) | 0x40_0000_0000_0783n]);
    emu.write(DATA, Uint8Array.of(77));
    emu.set({
      x0: 0x30000,
      x1: 25n | (1n << 23n),
      x2: 0xff,
      x3: emu.get('sctlr_el1') | 1n,
      x5: 0x400000,
      vbar_el1: CODE,
    });
    const aborts: unknown[] = [];
    emu.onException(event => {
      aborts.push([event.far, event.iss & 0x7f]);
      return 'stop';
    });
    const stop = emu.run({ from: CODE });
    expect(stop).toMatchObject({ reason: 'exception', pc: BigInt(CODE + 28), executed: 7 });
    expect(aborts).toEqual([[0x400000n, 0x4f]]); // a write, permission fault, level 3
    expect(emu.get('x4')).toBe(77n);
  });

  it('unicorn #1043: a count of instructions is exact, and a run of millions keeps compiled code', () => {
    const emu = loaded(mode);
    emu.set({ x0: 0, x2: 10_000_000 });
    for (const n of [1, 2, 3, 999_983, 1_000_003]) {
      const before = emu.machine.executed;
      expect(emu.run({ ...(before === 0 ? { from: CODE } : {}), instructions: n }).executed).toBe(n);
      expect(emu.machine.executed).toBe(before + n);
    }
    const total = 1 + 2 + 3 + 999_983 + 1_000_003;
    expect(emu.get('x0')).toBe(BigInt(Math.ceil(total / 4)));
  });

  it('snapshots: back to a state, many times', () => {
    const emu = loaded(mode);
    emu.set({ x0: 0, x2: 1000 });
    emu.run({ from: CODE, instructions: 1000 });
    const point = emu.checkpoint();
    const ends = Array.from({ length: 3 }, () => {
      point.reset();
      emu.run({ until: CODE + 16 });
      return [emu.get('x0'), emu.read(DATA, 8), emu.machine.executed];
    });
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[2]).toEqual(ends[0]);
  });

  it('coverage: which blocks ran', () => {
    const virt = createVirt({ memory: 2 ** 24, flash: false, mode });
    virt.load(0x40080000, words(0xd2800062, 0xf1000442, 0x54ffffe1, 0x14000000));
    virt.machine.start(0x40080000n);
    const coverage = new Coverage(virt, [{ name: 'guest', base: 0x40080000n, size: 16 }]);
    virt.machine.runSync({ instructions: 20 });
    coverage.stop();
    expect(coverage.blocks.map(({ start, size }) => [Number(start - 0x40080000n), size])).toEqual([
      [0, 12],
      [4, 8],
      [12, 4],
    ]);
  });

  it('gdb: any machine can be debugged', async () => {
    const virt = createVirt({ memory: 2 ** 24, flash: false, mode });
    virt.load(0x40080000, words(...COUNT));
    virt.machine.start(0x40080000n);
    virt.machine.within(0, cpu => cpu.setX(1, 0x40100000n));
    const server = new GdbServer(virt);
    let out = '';
    const connection = server.connect(bytes => {
      out += new TextDecoder().decode(bytes);
    });
    for (const text of ['$Z0,40080008,4#aa', '$c#63']) connection.receive(new TextEncoder().encode(text));
    for (let n = 0; n < 100 && !out.includes('swbreak'); n++) await new Promise(resolve => setTimeout(resolve, 10));
    expect(out).toContain('T05swbreak:;thread:1;');
    expect(virt.machine.within(0, cpu => cpu.pc)).toBe(0x40080008n);
    await server.close();
  });

  it('record and replay: what came from outside comes again', async () => {
    const make = () => {
      const virt = createVirt({ memory: 2 ** 24, flash: false, mode });
      // 1: ldr w2, [x1, #0x18]; tbnz w2, #4, 1b; ldr w2, [x1]; add x0, x0, x2; b 1b: the sum of what is typed
      virt.load(0x40080000, words(0xb9401822, 0x3727ffe2, 0xb9400022, 0x8b020000, 0x17fffffc));
      virt.machine.start(0x40080000n);
      virt.machine.within(0, cpu => cpu.setX(1, 0x0900_0000n));
      return virt;
    };
    const virt = make();
    const recorder = await record(virt);
    for (const byte of [40, 2, 58]) {
      virt.machine.runSync({ instructions: 12_345 });
      virt.serial.receive(Uint8Array.of(byte));
    }
    virt.machine.runSync({ instructions: 100 });
    const recording = await recorder.finish();
    expect(virt.machine.within(0, cpu => cpu.x(0))).toBe(100n);

    const other = make();
    const again = await replay(other, recording);
    expect(other.machine.runSync()).toBe('replayed');
    await again.verify();
    expect(other.machine.executed).toBe(virt.machine.executed);
    expect(await stateHash(other)).toBe(await stateHash(virt));
  });

  it('the browser: the same machine behind messages, as in a worker', async () => {
    const { port1, port2 } = new MessageChannel();
    const create = () => {
      const virt = createVirt({ memory: 2 ** 24, flash: false, mode });
      virt.load(0x40080000, words(...COUNT));
      virt.machine.start(0x40080000n);
      virt.machine.within(0, cpu => cpu.setX(1, 0x40100000n));
      return virt;
    };
    const stop = serveMachine(port1, { create });
    const remote = await RemoteMachine.create(port2);
    const here = create();
    here.machine.runSync({ instructions: 10_000 });
    expect(await remote.run({ instructions: 10_000 })).toMatchObject({ executed: 10_000 });
    expect(await remote.stateHash()).toBe(await stateHash(here));
    stop();
    remote.close();
    port1.close();
  });
});
