import { describe, expect, it } from 'vitest';
import { cortexA72 } from '../../src/cpu/models.js';
import { Emulator } from '../../src/embed/emulator.js';
import { checkpoint } from '../../src/snapshot/checkpoint.js';
import { isSnapshotError } from '../../src/snapshot/error.js';
import { MemoryImage } from '../../src/snapshot/memory-image.js';
import { restoreSnapshot, saveSnapshot } from '../../src/snapshot/snapshot.js';
import { createVirt, type VirtMachine, type VirtOptions } from '../../src/virt/virt.js';
import { words } from '../machine-support.js';
import { guest } from '../virt/guests.js';

const MIB = 2 ** 20;
const CODE = 0x10000;
const DATA = 0x100000;
const exact = { deflate: false };
const MODES = ['interpreter', 'auto'] as const;

/** Writes X0 to one word of each of X1 pages behind X2, then returns the last address. */
const FILL = words(
  0xaa0203e3, // mov x3, x2
  0xf9000060, // 1: str x0, [x3]
  0x91400463, // add x3, x3, #1, lsl #12
  0xf1000421, // subs x1, x1, #1
  0x54ffffa1, // b.ne 1b
  0xaa0303e0, // mov x0, x3
  0xd65f03c0, // ret
);

function emulator(mode: (typeof MODES)[number]): Emulator {
  const emu = new Emulator({ memory: 8 * MIB, mode });
  emu.map(CODE, 0x1000);
  emu.map(DATA, 4 * MIB);
  emu.write(CODE, FILL);
  return emu;
}

it('images of memory share the pages that did not change', () => {
  const bytes = new Uint8Array(4 * MIB).fill(0x5a);
  bytes.fill(0, 3 * MIB);
  const first = MemoryImage.of(bytes, MIB, 4 * MIB);
  bytes[2 * MIB] = 1;
  const second = first.with(
    bytes,
    [2 * MIB, 2 * MIB + 4096].map(host => host / 4096),
  );
  bytes.fill(0, 2 * MIB, 2 * MIB + 4096);
  const third = second.with(bytes, [(2 * MIB) / 4096]);
  const pages = Array.from({ length: 768 }, (_, n) => 256 + n);
  expect(pages.filter(n => first.page(n) !== second.page(n))).toEqual([512]);
  expect([...first.differences(third)]).toEqual([512]);
  expect([...second.differences(second)]).toEqual([]);
  expect(third.page(512)).toBeUndefined();
  expect(first.page(1023)).toBeUndefined();
  expect([first, second].map(image => image.page(512)![0])).toEqual([0x5a, 1]);
});

describe.each(MODES)('checkpoints, %s', mode => {
  it('go back to memory, registers and counts as often as wanted', async () => {
    const emu = emulator(mode);
    emu.write(DATA + 5, Uint8Array.of(1, 2, 3));
    emu.set({ x7: 7, v3: 9 });
    const point = emu.checkpoint();
    const before = await saveSnapshot(emu, exact);
    for (let round = 1; round <= 50; round++) {
      emu.call(CODE, round, 30, DATA);
      expect(emu.read(DATA + 29 * 4096, 2)).toEqual(Uint8Array.of(round, 0));
      emu.set('x7', round);
      point.reset();
    }
    expect(emu.read(DATA + 5, 3)).toEqual(Uint8Array.of(1, 2, 3));
    expect(emu.machine.executed).toBe(0);
    expect(await saveSnapshot(emu, exact)).toEqual(before);
    expect(await point.save(exact)).toEqual(before);
  });

  it('lead from any to any', async () => {
    const emu = emulator(mode);
    emu.write(DATA, new Uint8Array(4 * MIB).fill(0x5a));
    const states = [emu.checkpoint()];
    const bytes = [await saveSnapshot(emu, exact)];
    for (let n = 1; n < 20; n++) {
      states[n % 3]?.reset();
      emu.call(CODE, n, n, DATA + n * 0x8000);
      states.push(emu.checkpoint());
      bytes.push(await saveSnapshot(emu, exact));
    }
    for (const n of [3, 0, 19, 7, 7, 12, 1, 18]) {
      states[n]!.reset();
      emu.call(CODE, 99, 40, DATA + 0x40000);
      states[n]!.reset();
      expect(Buffer.compare(await saveSnapshot(emu, exact), bytes[n]!)).toBe(0);
    }
  });

  it('take back what was mapped and unmapped, and what the host and code itself wrote', () => {
    const emu = emulator(mode);
    const point = emu.checkpoint();
    for (let round = 0; round < 3; round++) {
      emu.map(0x800000, 0x2000);
      emu.mapMmio(0x900000, 0x1000, { read: () => 5 });
      emu.write(0x800000, Uint8Array.of(9));
      emu.unmap(DATA);
      emu.map(DATA, 0x1000);
      emu.write(CODE, words(0x52800060, 0xd65f03c0)); // mov w0, #3; ret
      expect(emu.call(CODE)).toBe(3n);
      point.reset();
      expect(() => emu.read(0x800000, 1)).toThrow();
      expect(() => emu.read(0x900000, 1)).toThrow();
      expect(emu.call(CODE, 1, 3, DATA + MIB)).toBe(BigInt(DATA + MIB + 3 * 4096));
      point.reset();
    }
  });

  it('take back what registers of the host know', () => {
    const emu = emulator(mode);
    const written: number[] = [];
    emu.mapMmio(0x900000, 0x1000, {
      write: (_offset, _size, value) => void written.push(value),
      save: () => [...written],
      load: state => written.splice(0, written.length, ...(state as number[])),
    });
    emu.call(CODE, 1, 1, 0x900000);
    const point = emu.checkpoint();
    for (let round = 0; round < 3; round++) {
      emu.call(CODE, 2, 1, 0x900000);
      expect(written).toEqual([1, 0, 2, 0]);
      point.reset();
      expect(written).toEqual([1, 0]);
    }
  });

  it('can be put into another emulator, which goes its own way', () => {
    const parent = emulator(mode);
    parent.write(DATA, Uint8Array.of(1));
    const point = parent.checkpoint();
    const children = [1, 2].map(() => new Emulator({ memory: 8 * MIB, mode }));
    for (const child of children) point.restoreTo(child);
    children.forEach((child, i) => {
      child.call(CODE, i + 10, 3, DATA);
    });
    expect(children.map(child => child.read(DATA + 8192, 1)[0])).toEqual([10, 11]);
    expect(parent.read(DATA, 1)[0]).toBe(1);
    for (const child of children) point.restoreTo(child);
    expect(children.map(child => child.read(DATA, 1)[0])).toEqual([1, 1]);
    const other = new Emulator({ memory: 16 * MIB });
    expect(() => point.restoreTo(other)).toThrow(expect.toSatisfy(e => isSnapshotError(e, 'mismatch')));
  });
});

const ENTRY = 0x40080000;
function boot(name: string, options: VirtOptions): { virt: VirtMachine; output: () => string } {
  const virt = createVirt({ memory: 16 * MIB, flash: false, cpu: cortexA72, ...options });
  let text = '';
  virt.serial.output = byte => {
    text += String.fromCharCode(byte);
  };
  virt.load(ENTRY, guest(name));
  virt.load(0x40800000, virt.deviceTree());
  virt.machine.start(BigInt(ENTRY), 0x40800000n);
  if (name === 'echo') virt.serial.receive(new TextEncoder().encode('az'));
  return { virt, output: () => text };
}

describe.each(MODES)('checkpoints of machines, %s', mode => {
  it.each([
    ['hello', {}],
    ['timer', {}],
    ['sgi', { smp: 2 }],
    ['echo', { gic: 2 }],
  ] as const)('%s runs from them as it ran first', async (name, options) => {
    const { virt, output } = boot(name, { ...options, mode });
    virt.machine.runSync({ instructions: 300 });
    const point = checkpoint(virt);
    const at = output().length;
    virt.machine.runSync({ instructions: 20_000 });
    const [text, last] = [output().slice(at), await saveSnapshot(virt, exact)];
    for (let round = 0; round < 3; round++) {
      point.reset();
      const before = output().length;
      virt.machine.runSync({ instructions: 20_000 });
      expect(output().slice(before)).toBe(text);
      expect(Buffer.compare(await saveSnapshot(virt, exact), last)).toBe(0);
    }
    const other = createVirt({ memory: 16 * MIB, flash: false, cpu: cortexA72, ...options, mode });
    await restoreSnapshot(other, await point.save());
    other.machine.runSync({ instructions: 20_000 });
    expect(Buffer.compare(await saveSnapshot(other, exact), last)).toBe(0);
  });
});
