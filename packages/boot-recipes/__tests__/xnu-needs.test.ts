// What XNU needs of the machine, by a guest of ours that does it as the kernel does; QEMU is asked the same.
import { describe, expect, it } from 'vitest';
import { boot } from '../src/boot.js';
import { available, qemu } from './support/qemu.js';
import { xnuNeedsFiles, xnuNeedsKernel } from './support/xnu-guest.js';

/**
 * M: 16K pages, 47-bit addresses, 32 MiB blocks, SCTLR as written; B: vectors of SP0, PAN on entry; P: PAN; A: AT with
 * PAR; R: range TLBI in three forms; X: XPACI; Z: DC ZVA; F: the virtual timer of group 0 as FIQ; I: SGI as IRQ;
 * C: PSCI CPU_ON, and an SGI from the other CPU; W: copy on write; a: access flag; S: SVC from EL0. Then SYSTEM_OFF.
 */
const ALL = 'MBPARXZFICWaS\n';

async function run(recipe: string, options: Parameters<typeof boot>[1]): Promise<string> {
  let text = '';
  const output = (bytes: Uint8Array): void => {
    text += new TextDecoder().decode(bytes);
  };
  const { reason } = await boot(recipe, { ...options, timeout: 30, output });
  return `${text}${reason}`;
}

describe('what XNU needs', () => {
  it.each([
    ['max', 'interpreter'],
    ['vmapple', 'interpreter'],
    ['max', 'auto'],
  ] as const)('is there in xnu-vmapple-source, CPU %s, %s', async (cpu, mode) => {
    const text = await run('xnu-vmapple-source', { kernel: xnuNeedsKernel(), smp: 2, memory: 0x10000000, cpu, mode });
    expect(text).toBe(`${ALL}power-off`);
  });

  it('is there in virt, started by address', async () => {
    const { loads, entry } = xnuNeedsFiles();
    const text = await run('virt', { load: loads, entry, gic: 3, cpu: 'max', smp: 2, memory: 0x10000000 });
    expect(text).toBe(`${ALL}power-off`);
  });

  it('fails without a second CPU', async () => {
    const text = await run('xnu-vmapple-source', { kernel: xnuNeedsKernel(), smp: 1, memory: 0x10000000 });
    expect(text).toBe('MBPARXZFI!\npower-off');
  });

  it.skipIf(!available('qemu-system-aarch64'))('is what QEMU says too', async () => {
    const { loads, entry } = xnuNeedsFiles();
    const { output } = await qemu(
      [
        '-M',
        'virt,gic-version=3,highmem=off',
        '-cpu',
        'max',
        '-smp',
        '2',
        '-m',
        '256M',
        '-device',
        `loader,addr=${entry},cpu-num=0`,
      ],
      loads.map(({ address, bytes }) => ({ address: BigInt(address), bytes })),
      {},
      [],
      20,
    );
    expect(output).toBe(ALL);
  });
});
