import { describe, expect, it } from 'vitest';
import { prepareBoot } from '../src/boot.js';
import { diagnose } from '../src/diagnosis/diagnose.js';
import { loopOf } from '../src/diagnosis/loop.js';
import { BootSession } from '../src/session.js';
import { cli } from './support/cli.js';

describe('diagnosis', () => {
  it.each<[string, string, string]>([
    ['panic(cpu 0 caller 0x1): EXTRADATA is in an unexpected place: 0x2 > 0x1', 'trust-cache-place', 'trust cache'],
    ['panic(cpu 0): short serialized trust cache region', 'trust-cache-bytes', 'trust cache'],
    ['panic(cpu 0): Device tree property overflow', 'device-tree-overflow', 'device tree'],
    ["panic(cpu 0): arm_init: Unable to find 'dram-base' entry in the 'chosen' DT node", 'dram', 'device tree'],
    ['panic(cpu 0): Expected 64 seed bytes from bootloader, but got 0', 'random-seed', 'random seed'],
    ['panic(cpu 0): rorgn_begin mismatch', 'ctrr', 'memory controller'],
    ['panic(cpu 0): Unsupported memory configuration', 'memory-configuration', 'memory'],
    ['panic(cpu 0): pe_init_fiq: cannot find GIC node in DT', 'gic', 'interrupts'],
    ['Still waiting for root device', 'no-root', 'root device'],
    ["Unable to find serial device driver for 'x'", 'uart', 'console'],
  ])('explains "%s"', (line, id, topic) => {
    const found = diagnose({ output: `before\n${line}\nafter`, reason: 'reset' });
    expect(found[0]).toMatchObject({ id, topic, seen: line });
    expect(found.map(f => f.id)).not.toContain('panic');
  });

  it.each([
    [2, /ENOENT/, /no such file/],
    [13, /EACCES/, /trust cache/],
    [86, /EBADARCH/, /architecture/],
    [99, /errno 99/, /could not run/],
  ])('explains errno %d of the first program', (errno, name, cause) => {
    const output = `Process 1 exec of /sbin/launchd failed, errno ${errno}\n`;
    const [found] = diagnose({ output, reason: 'timeout' });
    expect(found).toMatchObject({ id: 'exec', topic: 'first program' });
    expect(found!.seen).toMatch(name);
    expect(found!.cause).toMatch(cause);
  });

  it('has nothing to say of a boot that went well', () => {
    expect(diagnose({ output: 'halting\n', reason: 'power-off' })).toEqual([]);
  });

  it('tells silence, waiting, and what is not modelled', () => {
    const ids = (evidence: Parameters<typeof diagnose>[0]): string[] => diagnose(evidence).map(d => d.id);
    expect(ids({ output: '', reason: 'timeout' })).toEqual(['silent']);
    expect(ids({ output: 'x', reason: 'halted' })).toEqual(['halted']);
    const log = ['read, 4 bytes, at unmapped 0x123', 'read, 4 bytes, at unmapped 0x123', 'write at unmapped 0x5'];
    const [report] = diagnose({ output: 'x', reason: 'timeout', log });
    expect(report).toMatchObject({ id: 'unimplemented', seen: `${log[0]}; ${log[2]}` });
  });

  it('names the functions of a panic’s backtrace', async () => {
    const prepared = await prepareBoot('sample', { append: 'panic=1' });
    let output = '';
    const session = new BootSession(prepared, {
      timeout: 60,
      output: bytes => {
        output += new TextDecoder().decode(bytes);
      },
    });
    const { reason } = await session.run();
    const [found] = diagnose({ output, reason, symbol: prepared.symbol });
    expect(found).toMatchObject({ id: 'panic', topic: 'kernel' });
    expect(found!.seen).toMatch(/asked for by the command line/);
    expect(found!.backtrace.some(line => /^0xfffffe0007\w+ .*kernel_main\+0x/.test(line))).toBe(true);
  });

  it('finds the loop of a guest that spins', async () => {
    const spin = new Uint8Array(8);
    new DataView(spin.buffer).setUint32(0, 0xd503201f, true); // NOP
    new DataView(spin.buffer).setUint32(4, 0x17ffffff, true); // B to it
    const { machine } = await prepareBoot('virt', {
      load: [{ address: 0x40400000, bytes: spin }],
      entry: 0x40400000,
      memory: 0x2000000,
    });
    machine.runSync({ instructions: 1000 });
    expect(loopOf(machine)).toEqual([0x40400000n, 0x40400004n]);
    const [found] = diagnose({ output: 'x', reason: 'timeout', loop: loopOf(machine) });
    expect(found).toMatchObject({ id: 'spin', backtrace: ['0x40400000'] });
  });

  it('is part of what the command prints', async () => {
    const { status, stdout, stderr } = await cli('boot-recipes', ['boot', 'sample', '--append', 'panic=1', '--json']);
    expect(status).toBe(4);
    expect(JSON.parse(stdout).diagnosis[0]).toMatchObject({ id: 'panic' });
    expect(stderr).toMatch(/cause: the kernel gave up/);
  });
});
