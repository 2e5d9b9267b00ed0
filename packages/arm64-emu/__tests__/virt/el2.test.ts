import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CPU_MODELS } from '../../src/cpu/models.js';
import { createVirt } from '../../src/virt/virt.js';
import { guest } from './guests.js';

const ENTRY = 0x40080000;
const DTB = 0x42000000;
const QEMU = '/usr/bin/qemu-system-aarch64';

/** Guests, and what they print on QEMU 7.2. */
const cases = [
  { title: 'EL2 of max', name: 'el2', model: 'max', gic: 3, printed: 'el2-max' },
  { title: 'EL2 of cortex-a72', name: 'el2', model: 'cortex-a72', gic: 3, printed: 'el2-cortex-a72' },
  {
    title: 'virtual interrupts of GICv2',
    name: 'gicv2-virtual',
    model: 'cortex-a72',
    gic: 2,
    printed: 'gicv2-virtual',
  },
] as const;

describe.each(cases)('$title', ({ name, model, gic, printed }) => {
  const expected = readFileSync(new URL(`guests/${printed}.txt`, import.meta.url), 'utf8');

  test.each(['interpreter', 'auto'] as const)('as on QEMU (%s)', mode => {
    const cpu = CPU_MODELS[model]!;
    const { machine, serial, load, deviceTree } = createVirt({ memory: 2 ** 27, cpu, gic, mode, virtualization: true });
    let text = '';
    serial.output = byte => {
      text += String.fromCharCode(byte);
    };
    load(ENTRY, guest(name));
    load(DTB, deviceTree());
    machine.start(BigInt(ENTRY), BigInt(DTB));
    expect(machine.runSync({ instructions: 1_000_000 })).toBe('poweroff');
    expect(text).toBe(expected);
  });

  test.skipIf(!existsSync(QEMU))('QEMU prints what was recorded', () => {
    const folder = mkdtempSync(join(tmpdir(), 'el2-'));
    try {
      const image = join(folder, 'guest.bin');
      writeFileSync(image, guest(name));
      const cpu = model === 'max' ? 'max,pauth-impdef=on' : model;
      const board = ['-M', `virt,virtualization=on,gic-version=${gic}`, '-cpu', cpu, '-m', '128'];
      const text = execFileSync(QEMU, [...board, '-nographic', '-nodefaults', '-serial', 'stdio', '-kernel', image], {
        timeout: 20_000,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      expect(text.replaceAll('\r', '')).toBe(expected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
