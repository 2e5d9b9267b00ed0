import { describe, expect, it } from 'vitest';
import { boot, prepareBoot } from '../src/boot.js';
import { sampleMachine } from '../src/machines/sample-machine.js';
import type { RecipeOptions } from '../src/recipes/recipe.js';
import { sampleImages } from '../src/recipes/sample-images.js';
import { type BootResult, BootSession, type RunOptions } from '../src/session.js';
import { openKernel } from '../src/xnu/kernel.js';
import { unwrapPayload } from '../src/xnu/payload.js';
import { loadXnu, planXnu } from '../src/xnu/plan.js';

async function run(options: RecipeOptions & RunOptions = {}): Promise<BootResult & { output: string }> {
  let output = '';
  const result = await boot('sample', {
    timeout: 60,
    ...options,
    output: bytes => {
      output += new TextDecoder().decode(bytes);
    },
  });
  return { ...result, output };
}

describe('recipe sample', () => {
  it.each([
    ['a kext collection', undefined],
    ['the kernel alone', sampleImages().kernel],
  ])('boots to its first program and powers off: %s', async (_, kernel) => {
    const { reason, output } = await run({ kernel });
    expect(reason).toBe('power-off');
    for (const line of [
      /^Sample kernel of boot-recipes, not Darwin: EL1, SP_EL0, MMU on, 16K pages\r$/m,
      /^boot_args: revision 2, version 2\r$/m,
      /^ {2}virtBase 0xfffffe0000000000, physBase 0x40000000, memSize 0x10000000 \(256 MiB\)\r$/m,
      /^device tree: boot-recipes sample board, compatible boot-recipes,sample-t8020\r$/m,
      /^ {2}cpu0: apple,vortex, running\r$/m,
      /^ {2}memory-map RAMDisk: 0x[0-9a-f]+, 0xc000 bytes\r$/m,
      /^timer: 5 ticks by FIQ in 50 ms, timebase 24000000 Hz\r$/m,
      /^Hello from EL0: \/sbin\/launchd, pid 1\r$/m,
    ])
      expect(output).toMatch(line);
    expect(output.match(/launchd: ok: /g)).toHaveLength(8);
    expect(output).not.toContain('FAILED');
  });

  it('runs the same way every time', async () => {
    const [first, second] = [await run(), await run()];
    expect(second.instructions).toBe(first.instructions);
    expect(second.guestSeconds).toBe(first.guestSeconds);
    expect(second.output).toBe(first.output);
  });

  it('has a shell that answers', async () => {
    const { reason, output } = await run({
      append: 'serial=3 -s',
      send: ['help', 'echo one two', 'cat /etc/motd', 'nonsense', 'test', 'halt'],
    });
    expect(reason).toBe('power-off');
    const text = output.replaceAll('\r', '');
    expect(text).toContain('# echo one two\none two\n');
    expect(text).toContain('# cat /etc/motd\nThis RAM disk and all that is on it is ours.\n');
    expect(text).toContain('nonsense: no such command\n');
    expect(text.match(/launchd: ok: /g)).toHaveLength(8);
  });

  it('ends at the pattern that follows what was typed', async () => {
    const { reason, output } = await run({ append: '-s', send: ['time'], until: /^\d+ ms/m });
    expect(reason).toBe('until');
    expect(output).toMatch(/# time\r\n\d+ ms\r\n(sample# )?$/);
  });

  it.each([
    ['panic=1', 'panic(cpu 0): asked for by the command line'],
    ['panic=2', 'panic(cpu 0): kernel: exception class 0x25'],
  ])('asks for a reset when it panics: %s', async (append, message) => {
    const { reason, output } = await run({ append });
    expect(reason).toBe('reset');
    expect(output).toContain(message);
  });

  it.each([128, 256, 1024, 2047])('takes %i MiB of RAM', async megabytes => {
    const { reason, output } = await run({ memory: megabytes << 20 });
    expect(reason).toBe('power-off');
    expect(output).toContain(`(${megabytes} MiB)`);
  });

  it('waits for ever at its shell when nobody types', async () => {
    // The kernel's tick goes on, so that only the timeout ends it.
    expect((await run({ append: '-s', timeout: 1 })).reason).toBe('timeout');
  });

  it('prints a plan before anything runs', async () => {
    const { plan, planText, machine } = await prepareBoot('sample', {});
    expect(plan).toMatchObject({ virtBase: '0xfffffe0000000000', physBase: '0x40000000', entry: '0x47010000' });
    expect(planText).toContain('topOfKernelData');
    expect(machine.executed).toBe(0);
  });

  it('runs with RAM where Apple’s chips have it', async () => {
    const images = sampleImages();
    const plan = planXnu({
      kernel: openKernel(images.kernel),
      deviceTree: unwrapPayload(images.deviceTree, 'device tree', ['dtre']),
      ramDisk: unwrapPayload(images.ramDisk, 'RAM disk', ['rdsk']),
      commandLine: '-v',
      commandLineSize: 608,
      physBase: 0x800000000n,
      memSize: 0x10000000n,
      randomSeed: new Uint8Array(64).fill(1),
      timebase: 24_000_000,
    });
    const { machine, write } = sampleMachine({
      memory: 0x10000000,
      ram: 0x800000000,
      entry: plan.entry,
      bootArgs: plan.bootArgs.physical,
    });
    loadXnu(plan, write);
    let output = '';
    const session = new BootSession(
      { machine, plan: {}, planText: '' },
      { timeout: 60, output: bytes => void (output += new TextDecoder().decode(bytes)) },
    );
    expect((await session.run()).reason).toBe('power-off');
    expect(output).toContain('virtBase 0xfffffe0000000000, physBase 0x800000000');
    expect(output.match(/launchd: ok: /g)).toHaveLength(8);
  });
});
