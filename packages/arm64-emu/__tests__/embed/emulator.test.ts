import { describe, expect, it } from 'vitest';
import { EC } from '../../src/cpu/esr.js';
import { Emulator } from '../../src/embed/emulator.js';
import { isEmulatorError } from '../../src/embed/error.js';
import { words } from '../machine-support.js';

const CODE = 0x10000;
const DATA = 0x20000;

function loaded(code: readonly number[], options: ConstructorParameters<typeof Emulator>[0] = {}): Emulator {
  const emu = new Emulator({ memory: 0x100000, ...options });
  emu.map(CODE, 0x1000);
  emu.map(DATA, 0x2000);
  emu.write(CODE, words(...code));
  return emu;
}
const code = (error: Parameters<typeof isEmulatorError>[1]) => (e: unknown) => isEmulatorError(e, error);
function thrown(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('Emulator', () => {
  it('calls a function and counts its instructions', () => {
    const emu = loaded([0x9b017c00, 0xd65f03c0]); // mul x0, x0, x1; ret
    expect(emu.call(CODE, 6, 7n)).toBe(42n);
    expect(emu.machine.executed).toBe(2);
    expect(emu.call(CODE, -3n, 5)).toBe(BigInt.asUintN(64, -15n));
  });

  it('runs to an address, exactly N instructions, and goes on from there', () => {
    const emu = loaded([0x91000400, 0x91000821, 0x17fffffe]); // 1: add x0, x0, #1; add x1, x1, #2; b 1b
    expect(emu.run({ from: CODE, instructions: 100 })).toMatchObject({ reason: 'instructions', executed: 100 });
    expect(emu.get(['x0', 'x1', 'pc'])).toEqual({ x0: 34n, x1: 66n, pc: BigInt(CODE + 4) });
    const stop = emu.run({ until: CODE });
    expect(stop).toMatchObject({ reason: 'address', pc: BigInt(CODE), executed: 2 });
    expect(emu.run({ until: [CODE + 8] })).toMatchObject({ reason: 'address', executed: 2 });
    expect(emu.run({ until: CODE + 8 })).toMatchObject({ reason: 'address', executed: 3 });
    expect(emu.read(CODE, 12)).toEqual(words(0x91000400, 0x91000821, 0x17fffffe));
    expect(emu.step()).toMatchObject({ pc: BigInt(CODE), executed: 1 });
  });

  it('sets and gets every kind of register', () => {
    const emu = loaded([0xd503201f]);
    emu.set({ x3: -1, sp: 0x20800, v7: (1n << 127n) | 5n, fpcr: 0x3000000, nzcv: 0x60000000, tpidr_el0: 77 });
    expect(emu.get(['w3', 'x3', 'sp', 'q7', 'd7', 's7', 'fpcr', 'nzcv', 'TPIDR_EL0'])).toEqual({
      w3: 0xffffffffn,
      x3: 0xffffffff_ffffffffn,
      sp: 0x20800n,
      q7: (1n << 127n) | 5n,
      d7: 5n,
      s7: 5n,
      fpcr: 0x3000000n,
      nzcv: 0x60000000n,
      TPIDR_EL0: 77n,
    });
    expect(emu.get('midr_el1')).toBe(0x000f0510n);
    expect(code('read-only')(thrown(() => emu.set('midr_el1', 1)))).toBe(true);
    // @ts-expect-error no such name
    expect(code('no-register')(thrown(() => emu.get('x31')))).toBe(true);
  });

  it('ends with the exception explained, state exact', () => {
    const emu = loaded([0xd2800021, 0xf8408042, 0xd2800043]); // mov x1, #1; ldur x2, [x2, #8]; mov x3, #2
    emu.set('x2', 0x5000_0000);
    const stop = emu.run({ from: CODE });
    expect(stop).toMatchObject({ reason: 'exception', pc: BigInt(CODE + 4), executed: 1 });
    expect(stop.exception).toMatchObject({ ec: EC.dataAbortLower, far: 0x5000_0008n });
    expect(stop.text).toBe('data abort lower of 0x50000008: nothing answers at 0x10004');
    expect(emu.get(['x1', 'x2', 'x3'])).toEqual({ x1: 1n, x2: 0x5000_0000n, x3: 0n });
  });

  it('lets a hook answer system calls', () => {
    // mov x8, #64; svc #0; add x0, x0, #1; svc #1; ret
    const emu = loaded([0xd2800808, 0xd4000001, 0x91000400, 0xd4000021, 0xd65f03c0]);
    const calls: number[] = [];
    emu.onException((event, e) => {
      if (event.ec !== EC.svc) return undefined;
      calls.push(event.iss);
      e.set('x0', e.get('x8') + BigInt(event.iss));
      return true;
    });
    expect(emu.call(CODE)).toBe(65n);
    expect(calls).toEqual([0, 1]);
    expect(emu.machine.executed).toBe(5);
  });

  it('runs with time for the host, which may stop it', async () => {
    const emu = loaded([0x91000400, 0x17ffffff], { mode: 'auto' }); // 1: add x0, x0, #1; b 1b
    setTimeout(() => emu.stop(), 20);
    const stop = await emu.runAsync({ from: CODE });
    expect(stop.reason).toBe('stopped');
    expect(stop.executed).toBeGreaterThan(1000);
    expect(await emu.runAsync({ until: CODE + 4, instructions: 5 })).toMatchObject({ reason: 'address' });
    // The end of one run is no end of another.
    expect(await emu.control.run({ instructions: 10 })).toMatchObject({ reason: 'instructions' });
  });

  it('maps ROM and registers, and unmaps them', () => {
    const emu = loaded([0xb9400020, 0xb9000420, 0xb9400043, 0xb9000043]); // ldr w0, [x1]; str w0, [x1, #4]; ldr, str w3, [x2]
    const seen: unknown[] = [];
    emu.mapMmio(0x9000_0000, 0x1000, {
      read: (offset, size) => 0x1234 + offset * size,
      write: (...args) => seen.push(args),
    });
    emu.mapRom(0x4000_0000, words(0xcafe));
    emu.set({ x1: 0x9000_0000, x2: 0x4000_0000 });
    expect(emu.run({ from: CODE, until: CODE + 16 }).reason).toBe('address');
    expect([emu.get('x0'), emu.get('x3'), seen]).toEqual([0x1234n, 0xcafen, [[4, 4, 0x1234]]]);
    emu.unmap(0x9000_0000);
    expect(emu.run({ from: CODE })).toMatchObject({ reason: 'exception', executed: 0 });
    expect(code('overlap')(thrown(() => emu.map(CODE, 0x1000)))).toBe(true);
    expect(code('out-of-memory')(thrown(() => emu.map(0x8000_0000, 0x1000_0000)))).toBe(true);
    expect(code('fault')(thrown(() => emu.read(0x7000_0000, 4)))).toBe(true);
  });

  it('hooks code and accesses without changing the result', () => {
    // 1: str x0, [x1], #8; add x0, x0, #1; subs x2, x2, #1; b.ne 1b; ret
    const program = [0xf8008420, 0x91000400, 0xf1000442, 0x54ffffa1, 0xd65f03c0];
    const plain = loaded(program);
    const hooked = loaded(program);
    let reached = 0;
    const stores: bigint[] = [];
    const remove = hooked.onCode(CODE + 4, e => {
      reached++;
      expect(e.get('pc')).toBe(BigInt(CODE + 4));
    });
    hooked.onAccess(DATA + 16, 16, 'write', hit => {
      stores.push(hit.address);
      return false;
    });
    for (const emu of [plain, hooked]) expect(emu.call(CODE, 5, DATA, 6)).toBe(11n);
    expect(reached).toBe(6);
    expect(stores).toEqual([BigInt(DATA + 16), BigInt(DATA + 24)]);
    expect(hooked.read(DATA, 64)).toEqual(plain.read(DATA, 64));
    expect(hooked.machine.executed).toBe(plain.machine.executed);
    remove();
    expect(hooked.call(CODE, 5, DATA, 1)).toBe(6n);
    expect(reached).toBe(6);
  });

  it('lets a code hook redirect execution and stop it', () => {
    const emu = loaded([0xd2800020, 0xd2800041, 0xd2800062, 0x14000000]); // mov x0,#1; mov x1,#2; mov x2,#3; b .
    emu.onCode(CODE + 4, e => e.set('pc', CODE + 8));
    emu.onCode(CODE + 12, e => e.stop());
    let begun = 0;
    emu.onCode(CODE, () => {
      begun++;
    });
    expect(emu.run({ from: CODE })).toMatchObject({ reason: 'stopped', pc: BigInt(CODE + 12), executed: 2 });
    expect(begun).toBe(1);
    expect(emu.get(['x0', 'x1', 'x2'])).toEqual({ x0: 1n, x1: 0n, x2: 3n });
  });

  it.each(['interpreter', 'auto'] as const)('hooks put on a hot loop later, by the %s', async mode => {
    // 1: add x0, x0, #1; str x0, [x1]; ldr x3, [x1]; subs x2, x2, #1; b.ne 1b; ret
    const emu = loaded([0x91000400, 0xf9000020, 0xf9400023, 0xf1000442, 0x54ffff81, 0xd65f03c0], { mode });
    emu.set({ x0: 0, x1: DATA, x2: 3_000_000, lr: 0xdead0000 });
    emu.run({ from: CODE, instructions: 5_000_000 });
    // The compiler may work behind our back.
    await new Promise(resolve => setTimeout(resolve, 50));
    emu.run({ instructions: 5_000_000 });
    expect(emu.get(['x0', 'x3', 'pc'])).toEqual({ x0: 2_000_000n, x3: 2_000_000n, pc: BigInt(CODE) });
    const seen: bigint[] = [];
    const remove = emu.onCode(CODE + 12, e => {
      seen.push(e.get('x0'));
      if (seen.length === 6) e.set('x2', 500_001);
    });
    const removeAccess = emu.onAccess(DATA, 8, 'write', () => {
      seen.push(-1n);
      return undefined;
    });
    expect(emu.run({ instructions: 15 }).executed).toBe(15);
    expect(seen).toEqual([-1n, 2_000_001n, -1n, 2_000_002n, -1n, 2_000_003n]);
    remove();
    removeAccess();
    expect(emu.run({ until: 0xdead0000 })).toMatchObject({ reason: 'address', executed: 2_500_001 });
    expect(emu.get('x0')).toBe(2_500_003n);
    expect(seen.length).toBe(6);
  });

  it('explains translations with the tables that the guest has set up', () => {
    const emu = loaded([0xd503201f], { el: 1 });
    emu.map(0x30000, 0x4000);
    const table = (at: number, ...entries: [number, bigint][]): void => {
      for (const [n, v] of entries) emu.write(at + n * 8, new Uint8Array(BigUint64Array.of(v).buffer));
    };
    // 39 bits, 4K: level 1, 2, 3; VA 0x400000 is DATA, read-only, 0x401000 is absent.
    table(0x30000, [0, 0x31003n]);
    table(0x31000, [0, 0x600_0000_0000_0701n], [2, 0x32003n]);
    table(0x32000, [0, BigInt(DATA) | 0x600_0000_0000_0783n]);
    emu.set({ mair_el1: 0xff, tcr_el1: 25n | (1n << 23n), ttbr0_el1: 0x30000 });
    emu.set('sctlr_el1', emu.get('sctlr_el1') | 1n);
    const good = emu.translate(0x400010);
    expect(good).toMatchObject({ pa: DATA + 16, allowed: { read: true, write: false }, size: 4096 });
    expect(good.steps.map(s => [s.level, s.address])).toEqual([
      [1, 0x30000],
      [2, 0x31010],
      [3, 0x32000],
    ]);
    expect(emu.translate(0x400010, 'write').fault).toEqual({ kind: 'permission', level: 3, status: 15 });
    expect(emu.translate(0x401000).text).toMatch(/^0x401000: translation fault, level 3 \(level 1: 0x31003 at 0x30000/);
    emu.write(0x400010, Uint8Array.of(1, 2, 3)); // permissions are not for us
    expect(emu.memory.readPhysical(DATA + 16, 3)).toEqual(Uint8Array.of(1, 2, 3));
  });
});
