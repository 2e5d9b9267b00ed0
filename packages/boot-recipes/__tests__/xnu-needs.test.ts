// What XNU needs of the machine, by guests of ours that do it as the kernel does; QEMU is asked the same.
import { describe, expect, it } from 'vitest';
import { boot } from '../src/boot.js';
import { XNU_INSTRUCTIONS } from './guests/xnu-instructions.js';
import { XNU_NEEDS } from './guests/xnu-needs.js';
import { available, qemu } from './support/qemu.js';
import { ENTRY, guestFiles, guestKernel } from './support/xnu-guest.js';

/**
 * M: 16K pages, 47-bit addresses, 32 MiB blocks, SCTLR as written; B: vectors of SP0, PAN on entry; P: PAN; A: AT with
 * PAR; R: range TLBI in three forms; X: XPACI; Z: DC ZVA; F: the virtual timer of group 0 as FIQ; I: SGI as IRQ;
 * C, for each further CPU: PSCI CPU_ON, and an SGI from it; W: copy on write; a: access flag; S: SVC from EL0. Then
 * SYSTEM_OFF.
 */
const needs = (cpus: number): string => `MBPARXZFI${'C'.repeat(cpus - 1)}WaS\n`;

/** What QEMU 7.2 prints for the guest of `guests/xnu-instructions.S`; pointers: 0, everything was as it must be. */
const INSTRUCTIONS = `\
atomics 3f328f559a6897a1
compare f14498d6d08b3010
exclusives 3ddc36f7b497a011
scalar 31216965c8de73fb
vectors 1152124b9cd4b039
checksums 1d2e72084e8119ea
pointers 0000000000000000
registers a9e03ac6793f1343
`;

const MIB = 0x100000;

async function run(recipe: string, options: Parameters<typeof boot>[1]): Promise<string> {
  let text = '';
  const output = (bytes: Uint8Array): void => {
    text += new TextDecoder().decode(bytes);
  };
  const { reason } = await boot(recipe, { ...options, timeout: 30, output });
  return `${text}${reason}`;
}

describe('what XNU needs', () => {
  const cases = [1, 2, 4].flatMap(smp =>
    [256, 2048].flatMap(mebibytes => (['interpreter', 'auto'] as const).map(mode => ({ smp, mebibytes, mode }))),
  );

  it.each(cases)(
    'is there in xnu-vmapple-source: $smp CPUs, $mebibytes MiB, $mode',
    async ({ smp, mebibytes, mode }) => {
      const text = await run('xnu-vmapple-source', {
        kernel: guestKernel(XNU_NEEDS),
        smp,
        memory: mebibytes * MIB,
        mode,
      });
      expect(text).toBe(`${needs(smp)}power-off`);
    },
  );

  it.each(cases)('is there in virt by address: $smp CPUs, $mebibytes MiB, $mode', async ({ smp, mebibytes, mode }) => {
    const memory = mebibytes * MIB;
    const load = guestFiles(XNU_NEEDS, memory);
    expect(await run('virt', { load, entry: ENTRY, gic: 3, cpu: 'max', smp, memory, mode })).toBe(
      `${needs(smp)}power-off`,
    );
  });

  it('is there on the CPU vmapple', async () => {
    const text = await run('xnu-vmapple-source', { kernel: guestKernel(XNU_NEEDS), smp: 2, cpu: 'vmapple' });
    expect(text).toBe(`${needs(2)}power-off`);
  });

  it.each(['interpreter', 'auto'] as const)('every instruction has its result, %s', async mode => {
    const kernel = guestKernel(XNU_INSTRUCTIONS);
    expect(await run('xnu-vmapple-source', { kernel, memory: 256 * MIB, mode })).toBe(`${INSTRUCTIONS}power-off`);
    const load = guestFiles(XNU_INSTRUCTIONS);
    const options = { load, entry: ENTRY, gic: 3, cpu: 'max', memory: 256 * MIB, mode } as const;
    expect(await run('virt', options)).toBe(`${INSTRUCTIONS}power-off`);
  });

  it.skipIf(!available('qemu-system-aarch64')).each([
    [1, XNU_NEEDS, needs(1)],
    [2, XNU_NEEDS, needs(2)],
    [4, XNU_NEEDS, needs(4)],
    [1, XNU_INSTRUCTIONS, INSTRUCTIONS],
  ])('is what QEMU says too: %d CPUs', async (smp, code, expected) => {
    const machine = ['-M', 'virt,gic-version=3,highmem=off', '-cpu', 'max', '-smp', `${smp}`, '-m', '256M'];
    const files = guestFiles(code).map(({ address, bytes }) => ({ address: BigInt(address), bytes }));
    const { output } = await qemu([...machine, '-device', `loader,addr=${ENTRY},cpu-num=0`], files, {}, [], 20);
    expect(output).toBe(expected);
  });
});
