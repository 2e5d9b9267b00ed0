import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fdtNode, fdtProperty, fdtStrings, parseFdt } from '@internal/binary/fdt';
import { describe, expect, test } from 'vitest';
import { cortexA72 } from '../../src/cpu/models.js';
import type { Dma } from '../../src/devices/device.js';
import { MemoryDisk, VirtioBlock } from '../../src/devices/virtio/blk.js';
import type { VirtioDevice } from '../../src/devices/virtio/device.js';
import { VirtioRng } from '../../src/devices/virtio/rng.js';
import { STATE } from '../../src/engine/state.js';
import { createVirt, isVirtError, type VirtMachine, type VirtOptions } from '../../src/virt/virt.js';
import { hostile } from '../devices/lines.js';
import { GUESTS, guest } from './guests.js';

const ENTRY = 0x40080000;
const DTB = 0x42000000;

function boot(name: string, options: VirtOptions = {}): { virt: VirtMachine; output: () => string } {
  const virt = createVirt({ memory: 64 * 2 ** 20, cpu: cortexA72, ...options });
  let text = '';
  virt.serial.output = byte => {
    text += String.fromCharCode(byte);
  };
  virt.load(ENTRY, guest(name));
  virt.load(DTB, virt.deviceTree());
  virt.machine.start(BigInt(ENTRY), BigInt(DTB));
  return { virt, output: () => text };
}

describe('virt machine', () => {
  test('prints, finds its device tree, powers off', () => {
    const { virt, output } = boot('hello');
    expect(virt.machine.runSync({ instructions: 10_000 })).toBe('poweroff');
    expect(output()).toBe('virt\nD');
  });

  test('takes timer interrupts through the GICv3', () => {
    const { virt, output } = boot('timer');
    expect(virt.machine.runSync({ instructions: 1_000_000 })).toBe('poweroff');
    expect(output()).toBe('123');
    // Three times 1000 ticks of 16 ns.
    expect(virt.machine.time.now()).toBeGreaterThan(48_000n);
  });

  test('group 0 comes as FIQ and group 1 as IRQ, on SP_EL0', () => {
    const { virt, output } = boot('fiq');
    expect(virt.machine.runSync({ instructions: 1_000_000 })).toBe('poweroff');
    expect(output()).toBe('FI');
  });

  test('starts a second CPU, which sends an SGI', () => {
    const { virt, output } = boot('sgi', { smp: 2 });
    expect(virt.machine.runSync({ instructions: 1_000_000 })).toBe('poweroff');
    expect(output()).toBe('S');
  });

  test('takes the receive interrupt through the GICv2', () => {
    const { virt, output } = boot('echo', { gic: 2 });
    const run = (): string => virt.machine.runSync({ instructions: 100_000 });
    expect(run()).toBe('idle');
    virt.serial.receive(Uint8Array.of(0x61));
    expect(run()).toBe('idle');
    expect(output()).toBe('b');
    virt.serial.receive(Uint8Array.of(0x7a));
    expect(run()).toBe('poweroff');
    expect(output()).toBe('b{');
  });

  test('runs are repeatable', () => {
    const once = (): [number, bigint] => {
      const { virt } = boot('timer');
      virt.machine.runSync({ instructions: 1_000_000 });
      return [virt.machine.executed, virt.machine.time.now()];
    };
    expect(once()).toEqual(once());
  });

  test('the memory map is that of QEMU', () => {
    const { bus } = createVirt({ memory: 2 ** 20 });
    const at = (address: number): string | undefined => bus.find(address)?.name;
    expect([0, 0x4000000, 0x8000000, 0x80a0000, 0x9000000, 0x9010000, 0x9020000, 0x9030000].map(at)).toEqual([
      'flash0',
      'flash1',
      'gicd',
      'gicr',
      'pl011',
      'pl031',
      'fw-cfg',
      'pl061',
    ]);
    expect([0xa000000, 0xa003e00, 0xa004000, 0x40000000, 0x40100000].map(at)).toEqual([
      'virtio-mmio',
      'virtio-mmio',
      undefined,
      'ram',
      undefined,
    ]);
    expect(createVirt({ memory: 2 ** 20, gic: 2 }).bus.find(0x8010000)?.name).toBe('gicc');
  });

  test('its device tree names what is mapped', () => {
    for (const options of [{ gic: 2 }, { gic: 3 }, { highmem: false }, { smp: 3 }] as const) {
      const virt = createVirt({ memory: 2 ** 20, ...options });
      const { root } = parseFdt(virt.deviceTree({ bootargs: 'quiet' }), () => new Error('fdt') as never);
      const units = root.children
        .map(child => child.name)
        .filter(name => name.includes('@') && !name.startsWith('platform-bus'));
      expect(units).toContain('pcie@10000000');
      for (const unit of units) expect(virt.bus.find(Number.parseInt(unit.split('@')[1]!, 16)), unit).toBeDefined();
      const ecam = new DataView(fdtProperty(fdtNode(root, '/pcie@10000000')!, 'reg')!.buffer);
      expect(virt.bus.find(Number(ecam.getBigUint64(0)))?.name).toBe('pci-ecam');
      expect(fdtProperty(fdtNode(root, '/chosen')!, 'bootargs')).toEqual(fdtStrings('quiet'));
    }
  });

  test('hostile accesses to every device change nothing outside RAM and flash', () => {
    const next = hostile(81);
    const made = (dma: Dma): VirtioDevice => new VirtioRng(dma, n => new Uint8Array(n).fill(1));
    const disk = (dma: Dma): VirtioDevice => new VirtioBlock(dma, new MemoryDisk(new Uint8Array(4096)));
    for (const gic of [2, 3] as const) {
      const { bus, engine, machine } = createVirt({
        memory: 2 ** 20,
        gic,
        smp: 2,
        virtio: [made, disk],
        pci: [made, disk],
      });
      const inside = engine.memory.regions;
      const outside = (): Uint8Array => engine.memory.bytes.slice(0, Math.min(...inside.map(r => r.host)));
      const before = outside();
      const devices = bus.regions.filter(region => region.device !== undefined);
      const sizes = [1, 2, 4] as const;
      for (let i = 0; i < 40_000; i++) {
        const region = devices[next() % devices.length]!;
        const size = sizes[next() % 3]!;
        const offset =
          next() % 2 ? next() % Math.min(region.size, 0x200) : Math.floor((next() / 2 ** 32) * region.size);
        const address = region.base + offset - (offset % size);
        const value = next() % 3 ? next() : 0x40000000 + (next() % 2 ** 20);
        bus.store(address, size, value);
        bus.load(address, size);
        if (i % 1000 === 0) machine.time.queue.runUntil(i * 1e6);
      }
      // The interrupt inputs of the CPU that is current are state of its own.
      const changed = outside().findIndex((byte, at) => byte !== before[at] && at !== STATE.PENDING);
      expect(changed).toBe(-1);
    }
  });

  test('the first virtio device gets the last transport', () => {
    const { bus } = createVirt({
      memory: 2 ** 20,
      virtio: [dma => new VirtioRng(dma, n => new Uint8Array(n))],
      virtioVersion: 2,
    });
    expect([bus.load(0xa003e08, 4), bus.load(0xa003e04, 4), bus.load(0xa003c08, 4)]).toEqual([4, 2, 0]);
  });

  test('flash holds its image and can be left out', () => {
    const { bus } = createVirt({ memory: 2 ** 20, flash: [undefined, Uint8Array.of(1, 2, 3, 4)] });
    expect([bus.load(0, 4), bus.load(0x4000000, 4)]).toEqual([0, 0x04030201]);
    const bare = createVirt({ memory: 2 ** 20, flash: false });
    expect(bare.bus.find(0)).toBeUndefined();
    expect(Buffer.from(bare.deviceTree()).includes('cfi-flash')).toBe(false);
  });

  test.each([
    ['cntv', 27],
    ['cntp', 30],
    ['pmu', 23],
  ] as const)("%s of each CPU is that CPU's interrupt %i", (name, id) => {
    const { machine, bus } = createVirt({ memory: 2 ** 20, smp: 2 });
    machine.lines[1]![name]!.set(true);
    expect([bus.load(0x80b0200, 4), bus.load(0x80d0200, 4)]).toEqual([0, 1 << id]);
  });

  test('the power button is pin 3 for a moment', () => {
    const virt = createVirt({ memory: 2 ** 20 });
    virt.pressPowerButton();
    expect(virt.gpio.read(0x3fc)).toBe(8);
    virt.machine.time.skipTo(200_000_000);
    virt.machine.time.queue.runUntil(200_000_000);
    expect(virt.gpio.read(0x3fc)).toBe(0);
  });

  test.each<[string, VirtOptions]>([
    ['memory', { memory: 12345 }],
    ['memory', { memory: 0 }],
    ['memory', { memory: 2 ** 32 }],
    ['memory', { memory: 2 ** 39 }],
    ['smp', { smp: 0 }],
    ['smp', { smp: 9 }],
    ['flash', { flash: [new Uint8Array(2 ** 26 + 1)] }],
  ])('refuses an impossible %s', (path, options) => {
    expect(() => createVirt(options)).toThrow(
      expect.toSatisfy((e: unknown) => isVirtError(e, 'out-of-range') && (e as { path: string }).path === path),
    );
  });

  test('images must fit into RAM', () => {
    const virt = createVirt({ memory: 2 ** 20 });
    expect(() => virt.load(0x400ffffc, new Uint8Array(5))).toThrow(expect.toSatisfy((e: unknown) => isVirtError(e)));
  });
});

const hasAssembler = existsSync('/usr/bin/aarch64-linux-gnu-gcc');
test.skipIf(!hasAssembler).each(Object.keys(GUESTS))('guest %s is what its source assembles to', name => {
  const folder = mkdtempSync(join(tmpdir(), 'guest-'));
  try {
    const source = fileURLToPath(new URL(`guests/${name}.S`, import.meta.url));
    const [object, image] = [join(folder, 'guest.o'), join(folder, 'guest.bin')];
    execFileSync('aarch64-linux-gnu-gcc', ['-c', source, '-o', object]);
    execFileSync('aarch64-linux-gnu-objcopy', ['-O', 'binary', object, image]);
    const built = new Uint8Array(readFileSync(image));
    // Zeros at the end are not stored.
    const ours = new Uint8Array(built.length);
    ours.set(guest(name));
    expect(ours).toEqual(built);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
