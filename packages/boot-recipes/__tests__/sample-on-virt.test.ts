// The sample kernel on two independent virt machines, ours and QEMU's, put into memory by the same loader.
import { describe, expect, it } from 'vitest';
import { boot } from '../src/boot.js';
import type { XnuInputs } from '../src/xnu/plan.js';
import { available, qemu } from './support/qemu.js';
import { sampleOnVirt } from './support/sample-virt.js';

async function onQemu(changes?: Partial<XnuInputs>): Promise<string> {
  const { loads, entry, memory } = sampleOnVirt(changes);
  const { output } = await qemu(
    ['-M', 'virt,gic-version=3', '-cpu', 'max', '-m', `${memory >> 20}M`, '-device', `loader,addr=${entry},cpu-num=0`],
    loads.map(({ address, bytes }) => ({ address: BigInt(address), bytes })),
    {},
    [],
    20,
  );
  return output;
}

async function onOurs(changes?: Partial<XnuInputs>): Promise<{ output: string; reason: string }> {
  const { loads, entry, memory } = sampleOnVirt(changes);
  let output = '';
  const { reason } = await boot('virt', {
    load: loads,
    entry,
    memory,
    gic: 3,
    timeout: 60,
    output: bytes => {
      output += new TextDecoder().decode(bytes);
    },
  });
  return { output, reason };
}

/** Which CPU it is, and what depends on speed. */
const comparable = (text: string): string =>
  text
    .replaceAll('\r', '')
    .replace(/^cpu: MIDR.*$/m, 'cpu')
    .replace(/in \d+ ms/, 'in some ms')
    .replace(/x20 0x[0-9a-f]{16}/, 'x20: a time')
    .replace(/^\d+ ticks: .* in user mode/m, 'ticks');

describe('sample kernel on virt', () => {
  it('boots to its first program, which finds everything in order, and halts', async () => {
    const { output, reason } = await onOurs();
    expect(reason).toBe('power-off');
    expect(output).toMatch(/memSize 0x10000000 \(256 MiB\)/);
    expect(output).toMatch(/timer: 5 ticks by FIQ in 50 ms, timebase 62500000 Hz/);
    expect(output).toMatch(/Hello from EL0: \/sbin\/launchd, pid 1/);
    expect(output.match(/launchd: ok: /g)).toHaveLength(8);
    expect(output).not.toContain('FAILED');
    expect(output).toMatch(/halting\s*$/);
    if (available('qemu-system-aarch64')) expect(comparable(output)).toBe(comparable(await onQemu()));
  });

  it('panics with the same registers and backtrace for an access to unmapped memory', async () => {
    const { output, reason } = await onOurs({ commandLine: 'panic=2' });
    expect(reason).toBe('reset');
    expect(output).toMatch(/panic\(cpu 0\): kernel: exception class 0x25/);
    expect(output).toMatch(/far 0xfffffe7fdeadbee0\s+Backtrace:\s+lr: 0xfffffe00070/);
    if (!available('qemu-system-aarch64')) return;
    const [ours, theirs] = [output, await onQemu({ commandLine: 'panic=2' })].map(text =>
      comparable(text.slice(text.indexOf('panic(cpu'))),
    );
    expect(ours).toBe(theirs);
  });

  it('says what is missing without a RAM disk', async () => {
    expect((await onOurs({ ramDisk: undefined })).output).toContain('panic(cpu 0): no RAM disk');
  });
});
