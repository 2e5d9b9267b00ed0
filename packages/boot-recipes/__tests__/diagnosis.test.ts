import { readFileSync } from 'node:fs';
import type { BinaryError } from '@internal/binary';
import { describe, expect, it } from 'vitest';
import { prepareBoot } from '../src/boot.js';
import { diagnose } from '../src/diagnosis/diagnose.js';
import { loopOf } from '../src/diagnosis/loop.js';
import { reached } from '../src/diagnosis/milestones.js';
import { explainRefusal } from '../src/diagnosis/refusals.js';
import { FAILURES } from '../src/diagnosis/rules.js';
import { BootError } from '../src/error.js';
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
    ['hfs: mountroot failed: 22', 'mount-root', 'root device'],
    ['CS Platform Exec Logging: Executing launchd', 'wrong-platform', 'first program'],
    ['panic(cpu 0): Unable to find driver for this platform: "D331AP"', 'io-error', 'device tree'],
    ['CODE SIGNING: cs_invalid_page: /sbin/launchd: page 3', 'invalid-page', 'first program'],
    [`CODE SIGNING: /x: cdhash ${'0'.repeat(40)} is not in the trust cache`, 'not-trusted', 'trust cache'],
    ['panic(cpu 0): chained fixups: a signed pointer', 'fixups', 'kernel'],
    ['panic(cpu 0): kext a.b.c: bad kmod_info', 'kmod', 'kernel'],
    ['panic(cpu 0): RAM disk: bad checksum at 0x0', 'no-ramdisk', 'root device'],
    ['panic(cpu 0): initproc exited, status 1', 'init-died', 'first program'],
    ['panic(cpu 0): unexpected SIGKILL of init  with reason -- namespace 9 code 0x1', 'init-killed', 'first program'],
    ['panic(cpu 0): specified root memory device, md0, has not been configured', 'no-ramdisk', 'root device'],
  ])('explains "%s"', (line, id, topic) => {
    const found = diagnose({ output: `before\n${line}\nafter`, reason: 'reset' });
    expect(found[0]).toMatchObject({ id, topic, seen: line });
    for (const text of [found[0]!.place, found[0]!.cause, found[0]!.try]) expect(text.length).toBeGreaterThan(10);
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

  it('names a call that does not return by its own function', () => {
    const symbol = (address: bigint): string => (address < 0xfffffe0007001010n ? '_gives_up+0xc' : '_next');
    const output = 'panic(cpu 0): x\n  lr:  0xfffffe0007001010  fp: 0x0\n  pc:  0xfffffe0007001010\n';
    const [found] = diagnose({ output, reason: 'reset', symbol });
    expect(found!.backtrace).toEqual(['0xfffffe0007001010 _gives_up+0xc', '0xfffffe0007001010 _next']);
  });

  it('knows where XNU stays without a framebuffer', () => {
    const evidence = { output: 'iBoot version: x\n', reason: 'timeout', pc: 0xfffffe0007001000n } as const;
    const [found, ...more] = diagnose({ ...evidence, symbol: () => 'com.apple.kernel:_PE_init_iokit+0x1d8' });
    expect(found).toMatchObject({ id: 'progress', topic: 'console', try: expect.stringContaining('-noprogress') });
    expect(more).toEqual([]);
    expect(diagnose({ ...evidence, symbol: () => '_PE_init_iokit_more' })[0]!.id).toBe('timeout');
  });

  it('has a test for every rule', () => {
    const source = readFileSync(new URL(import.meta.url), 'utf8');
    for (const { id } of FAILURES) expect(source, id).toContain(`'${id}', '`);
  });

  it.each([
    ['', 'start-up, before the console'],
    ['kprintf initialized\n', /^after: console.*; next: console and command line$/],
    ['Darwin Kernel Version 20.1.0: x\n', /^after: page tables; next: virtual memory$/],
    ['No external trust cache found (region len is 0).\n', /^after: trust cache; next: IOKit/],
    [
      'Added memory device md0/rmd0 (0)\nBSD root: md0, major 3, minor 0\n',
      /^after: root device; next: root file system$/,
    ],
    [
      'load_init_program: attempting to load /sbin/launchd\n',
      /^after: exec of the first program; next: first program$/,
    ],
    ['Hello from EL0: /sbin/launchd, pid 1\n', /^after: first program$/],
  ])('says how far %j is', (output, place) => {
    if (typeof place === 'string') expect(reached(output)).toBe(place);
    else expect(reached(output)).toMatch(place);
  });

  it('says where a boot stopped that said nothing of it', () => {
    const output = 'boot_args: revision 2\nBSD root: md0\n';
    const [reset] = diagnose({ output, reason: 'reset' });
    expect(reset).toMatchObject({ id: 'reset', place: expect.stringContaining('after: root device') });
    expect(reset!.seen).toContain('"BSD root: md0"');
    const [timeout] = diagnose({ output, reason: 'timeout' });
    expect(timeout).toMatchObject({ id: 'timeout', place: expect.stringContaining('after: root device') });
  });

  it.each<[string, BinaryError | Error, string | undefined]>([
    ['page hash', new BootError('bad-digest', 'x', { path: 'kernel __TEXT' }), 'kernel'],
    ['tree digest', new BootError('bad-digest', 'x', { path: '/chosen.tree-digest' }), 'device tree'],
    ['trust cache', new BootError('truncated', 'x', { path: 'TrustCache' }), 'trust cache'],
    ['wrong component', new BootError('bad-value', 'x', { path: 'initrd' }), 'kernel'],
    ['no room', new BootError('placement', 'x', { path: 'memSize' }), 'memory'],
    ['missing node', new BootError('bad-value', 'x', { path: '/chosen' }), 'device tree'],
    ['no kernel', new BootError('not-a-kernel', 'x', { path: 'kernel' }), 'kernel'],
    ['missing input', new BootError('missing-input', 'x', { path: 'kernel' }), undefined],
    ['no error of ours', new Error('x'), undefined],
  ])('explains what is refused: %s', (_, error, topic) => {
    const found = explainRefusal(error);
    expect(found?.topic).toBe(topic);
    if (found !== undefined)
      for (const text of [found.place, found.cause, found.try]) expect(text.length).toBeGreaterThan(10);
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
