// The machine of Apple's virtual machines with our own kernel in Apple's place.
import { MemoryDisk } from 'arm64-emu';
import { describe, expect, it } from 'vitest';
import { boot, prepareBoot } from '../src/boot.js';
import { pacService } from '../src/machines/pac-service.js';
import { VMAPPLE_BOARD, VMAPPLE_TREE_BOARD } from '../src/machines/vmapple-board.js';
import { sampleImages } from '../src/recipes/sample-images.js';
import { virtXnuTree } from '../src/xnu/virt-tree.js';

const { kernel, ramDisk, trustCache } = sampleImages();

const tree = (cpus: number): Uint8Array =>
  virtXnuTree({ cpus, timebase: VMAPPLE_BOARD.timebase, board: VMAPPLE_TREE_BOARD });

describe('macos-vmapple', () => {
  it.each([1, 2])('boots our kernel with %d CPUs at its addresses', async smp => {
    let text = '';
    const { reason } = await boot('macos-vmapple', {
      kernel,
      initrd: ramDisk,
      deviceTree: tree(smp),
      memory: 0x20000000,
      timeout: 60,
      output: bytes => {
        text += new TextDecoder().decode(bytes);
      },
    });
    expect(reason).toBe('power-off');
    expect(text).toContain('physBase 0x70000000');
    expect(text).toMatch(/timer: 5 ticks by FIQ in .*24000000 Hz/);
    expect(text).toContain('launchd: ok: a file of the RAM disk');
  });

  it('has a disk as AppleVirtIO knows it', async () => {
    const disk = new MemoryDisk(new Uint8Array(0x2000));
    disk.bytes.set(new TextEncoder().encode('root disk'));
    let text = '';
    const { reason } = await boot('macos-vmapple', {
      kernel,
      initrd: ramDisk,
      trustCache,
      deviceTree: tree(1),
      memory: 0x20000000,
      disk,
      append: '-s rd=md0',
      send: ['disk 0', 'halt'],
      timeout: 60,
      output: bytes => {
        text += new TextDecoder().decode(bytes);
      },
    });
    expect(reason).toBe('power-off');
    expect(text).toMatch(/disk0: Apple's virtio block device in slot 1, 16 sectors, by interrupt/);
    expect(text).toContain('root disk...');
    expect(text).toContain('is in trust cache module 0');
  });

  it('asks for a device tree by name', async () => {
    await expect(prepareBoot('macos-vmapple', { kernel })).rejects.toThrow(/--devicetree/);
  });
});

describe('sample on vmapple', () => {
  it('has a shell that answers', async () => {
    let text = '';
    const { reason } = await boot('sample', {
      machine: 'vmapple',
      append: '-s',
      send: ['echo it works'],
      until: /^it works/m,
      timeout: 60,
      output: bytes => {
        text += new TextDecoder().decode(bytes);
      },
    });
    expect(reason).toBe('until');
    expect(text).toContain('boot-recipes vmapple');
  });

  it('runs on no other board', async () => {
    await expect(prepareBoot('sample', { machine: 'a11' })).rejects.toThrow(/t8020 and vmapple/);
  });
});

describe('pointer authentication service', () => {
  const call = (id: bigint, conduit: 'hvc' | 'smc' = 'hvc') => {
    const x = [id, 11n, 12n, 13n, 14n];
    const cpu = {
      x: (n: number) => x[n]!,
      setX: (n: number, value: bigint) => {
        x[n] = value;
      },
    };
    return { taken: pacService(cpu as unknown as Parameters<typeof pacService>[0], conduit), x };
  };

  it.each([0n, 2n, 3n, 4n, 5n, 6n, 0xf0n])('answers call %d with success', id => {
    expect(call(0xc1000000n + id)).toEqual({ taken: true, x: [0n, 11n, 12n, 13n, 14n] });
  });

  it('gives default keys', () => {
    const { taken, x } = call(0xc1000001n);
    expect([taken, x[0]]).toEqual([true, 0n]);
    expect(new Set(x.slice(1)).size).toBe(4);
  });

  it.each<[bigint, 'hvc' | 'smc']>([
    [0xc1000007n, 'hvc'],
    [0xc10000f1n, 'hvc'],
    [0x84000008n, 'hvc'],
    [0xc1000000n, 'smc'],
  ])('passes %d by %s on', (id, conduit) => {
    expect(call(id, conduit)).toEqual({ taken: false, x: [id, 11n, 12n, 13n, 14n] });
  });
});
