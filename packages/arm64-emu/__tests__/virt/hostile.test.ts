import { describe, expect, it } from 'vitest';
import { CPU_MODELS } from '../../src/cpu/models.js';
import type { Dma } from '../../src/devices/device.js';
import { MemoryDisk, VirtioBlock } from '../../src/devices/virtio/blk.js';
import type { VirtioDevice } from '../../src/devices/virtio/device.js';
import { VirtioRng } from '../../src/devices/virtio/rng.js';
import { createVirt, type VirtOptions } from '../../src/virt/virt.js';
import { assault } from '../hostile-guest.js';

const RAM = 0x4000_0000;
const ROUNDS = 400;

const rng = (dma: Dma): VirtioDevice => new VirtioRng(dma, n => new Uint8Array(n).fill(1));
const disk = (dma: Dma): VirtioDevice => new VirtioBlock(dma, new MemoryDisk(new Uint8Array(4096)));

describe('a hostile guest', () => {
  it.each([
    ['max at EL1', 'max', {}],
    ['max at EL2', 'max', { virtualization: true }],
    ['cortex-a72 at EL2, GICv2', 'cortex-a72', { virtualization: true, gic: 2 }],
    ['apple-a12', 'apple-a12', {}],
    ['vmapple', 'vmapple', { smp: 2 }],
  ] as const)('of %s keeps to its memory, and to the same state in every mode', (_, name, more) => {
    const cpu = CPU_MODELS[name]!;
    const options: VirtOptions = { memory: 2 ** 20, cpu, virtio: [rng, disk], pci: [rng, disk], ...more };
    const make = (mode: VirtOptions['mode']) => createVirt({ ...options, ...(mode === undefined ? {} : { mode }) });
    const state = assault([make('interpreter'), make('auto')], { seed: name.length, rounds: ROUNDS, ram: RAM });
    expect(state).not.toBe('');
  });
});
