// What the host writes and supplies itself is in recordings.
import { describe, expect, it } from 'vitest';
import { cortexA72 } from '../../src/cpu/models.js';
import { Emulator } from '../../src/embed/emulator.js';
import { isEmulatorError } from '../../src/embed/error.js';
import { GuestMemory } from '../../src/embed/guest-memory.js';
import { GdbServer } from '../../src/gdb/server.js';
import { HostAccess } from '../../src/record/host-access.js';
import { record, replay } from '../../src/record/recording.js';
import { stateHash } from '../../src/snapshot/snapshot.js';
import { createVirt, type VirtMachine } from '../../src/virt/virt.js';
import { words } from '../machine-support.js';

const MODES = ['interpreter', 'auto', 'compiled'] as const;
type Mode = (typeof MODES)[number];
const CODE = 0x10000;
const DATA = 0x20000;
const DEVICE = 0x900_0000;
/** 1: ldr w3, [x1]; add x0, x0, x3; ldr x4, [x2]; add x0, x0, x4; svc #1; b 1b */
const GUEST = words(0xb9400023, 0x8b030000, 0xf9400044, 0x8b040000, 0xd4000021, 0x17fffffb);

/** A guest whose device, and whose system calls, give what the host makes up; `asked`: what the host was asked. */
function make(mode: Mode, invent: () => number) {
  const emu = new Emulator({ memory: 0x100000, mode });
  emu.map(CODE, 0x1000);
  emu.map(DATA, 0x1000);
  const asked: string[] = [];
  emu.mapMmio(DEVICE, 0x1000, {
    read: () => {
      asked.push('read');
      // A device that writes to memory before it answers.
      emu.write(DATA + 8, Uint8Array.of(invent()));
      return invent();
    },
  });
  emu.onException(() => {
    emu.set({ x5: invent(), v3: BigInt(invent()) << 100n });
    emu.write(DATA + 16, Uint8Array.of(invent(), invent()));
    return true;
  });
  emu.write(CODE, GUEST);
  emu.set({ x1: DEVICE, x2: DATA, pc: CODE });
  return { emu, asked };
}

describe.each(MODES)('recorded with %s', mode => {
  it('what the host writes between runs and from hooks, and what its devices answer, comes again in every mode', async () => {
    const { emu, asked } = make(mode, () => Math.floor(Math.random() * 200));
    const recorder = await record(emu);
    emu.run({ instructions: 40 });
    emu.set({ x0: 1000n + BigInt(Math.floor(Math.random() * 1000)), TPIDR_EL0: 7, nzcv: 0x6000_0000n });
    emu.write(DATA, Uint8Array.of(Math.floor(Math.random() * 200), 1));
    emu.run({ instructions: 41 });
    emu.memory.writePhysical(DATA + 1, Uint8Array.of(9));
    emu.run({ from: CODE + 8, instructions: 300 });
    expect(asked.length).toBeGreaterThan(50);
    const hash = await stateHash(emu);
    const bytes = await recorder.finish();

    for (const other of MODES) {
      // The other host would answer something else, if it were asked.
      const second = make(other, () => 255);
      const again = await replay(second.emu, bytes);
      second.emu.set({ x0: 5, sp: 0x1234 }); // not heard
      second.emu.write(DATA, Uint8Array.of(77));
      expect(second.emu.run({ instructions: 13 }).reason).toBe('instructions');
      expect(second.emu.run().reason).toBe('replayed');
      await again.verify();
      expect(await stateHash(second.emu)).toBe(hash);
      expect(second.asked).toEqual([]);
      again.release();
      second.emu.set('x0', 5);
      expect(second.emu.get('x0')).toBe(5n);
    }
  });
});

it('a host that is asked for something else ends the replay', async () => {
  const { emu } = make('interpreter', () => 1);
  const recorder = await record(emu);
  emu.run({ instructions: 40 });
  const bytes = await recorder.finish();
  const second = make('interpreter', () => 1).emu;
  const again = await replay(second, bytes);
  second.onException(() => {
    second.set('x6', 1);
    return undefined;
  });
  expect(() => {
    second.run();
    second.run();
  }).toThrow('asked for something else');
  again.release();
});

it('refuses as it would unrecorded, and records nothing then', async () => {
  const { emu } = make('interpreter', () => 1);
  const recorder = await record(emu);
  const code = (fn: () => void): string | undefined => {
    try {
      fn();
    } catch (error) {
      return isEmulatorError(error) ? error.code : String(error);
    }
    return undefined;
  };
  expect(code(() => emu.set('MIDR_EL1', 1))).toBe('read-only');
  expect(code(() => HostAccess.of(emu).setRegister(0, 'nothing', 1n))).toBe('no-register');
  expect(code(() => emu.memory.writePhysical(0x5000_0000, Uint8Array.of(1)))).toBe('fault');
  emu.set('x0', 3);
  const bytes = await recorder.finish();
  const second = make('interpreter', () => 1).emu;
  const again = await replay(second, bytes);
  second.run();
  await again.verify();
  expect(second.get('x0')).toBe(3n);
});

describe('GDB on a machine that is recorded', () => {
  const ENTRY = 0x40080000;
  const two = (mode: Mode): VirtMachine => {
    const virt = createVirt({ memory: 2 ** 24, flash: false, cpu: cortexA72, smp: 2, quantum: 100, mode });
    virt.load(ENTRY, words(0x91000673, 0x17ffffff)); // 1: add x19, x19, #1; b 1b
    virt.machine.start(BigInt(ENTRY));
    return virt;
  };
  /** Packets to a server, and its answers. */
  const talk = async (server: GdbServer, packets: readonly string[]): Promise<string[]> => {
    const answers: string[] = [];
    const connection = server.connect(bytes => {
      const text = String.fromCharCode(...bytes);
      if (text.startsWith('$')) answers.push(text.slice(1, -3));
    });
    for (const body of packets) {
      const sum = [...body].reduce((total, c) => (total + c.charCodeAt(0)) & 0xff, 0);
      connection.receive(new TextEncoder().encode(`$${body}#${sum.toString(16).padStart(2, '0')}`));
      await new Promise(resolve => setTimeout(resolve, 0));
    }
    return answers;
  };

  it.each(['interpreter', 'auto'] as const)('its writes come again, %s', async mode => {
    const virt = two(mode);
    const recorder = await record(virt);
    virt.machine.runSync({ instructions: 1001 });
    const server = new GdbServer(virt);
    expect(await talk(server, ['Hg1', 'P13=00100000', 'M40090000,2:abcd', 'Hg2', 'P0=2a00000000000000'])).toEqual(
      Array.from({ length: 5 }, () => 'OK'),
    );
    await server.close();
    virt.machine.runSync({ instructions: 1000 });
    const hash = await stateHash(virt);
    const bytes = await recorder.finish();

    const other = two('auto');
    const again = await replay(other, bytes);
    expect(other.machine.runSync()).toBe('replayed');
    await again.verify();
    expect(await stateHash(other)).toBe(hash);
    expect([...new GuestMemory(other).readPhysical(0x40090000, 2)]).toEqual([0xab, 0xcd]);
    expect(other.machine.within(1, cpu => cpu.x(0))).toBe(42n);
    // A debugger of a replay looks, and changes nothing.
    const watching = new GdbServer(other);
    expect(await talk(watching, ['P13=00100000', 'm40090000,2'])).toEqual(['E0e', 'abcd']);
    await watching.close();
  });

  it('goes back behind its own writes, and finds them again', async () => {
    const virt = two('interpreter');
    const server = new GdbServer(virt, { reverse: true });
    const x19 = (value: number): string => `${value.toString(16).padStart(2, '0')}00000000000000`;
    // Two steps, a write, two steps; back by three, before the write; forward by two, behind it.
    const steps = [
      'Hg1',
      's',
      's',
      `P13=${x19(0x40)}`,
      's',
      's',
      'p13',
      'bs',
      'bs',
      'p13',
      'bs',
      'p13',
      's',
      's',
      'p13',
    ];
    const answers = await talk(server, steps);
    expect([6, 9, 11, 14].map(i => answers[i])).toEqual([x19(0x41), x19(0x40), x19(1), x19(0x41)]);
    await server.close();
  });
});
