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
/** What the guest prints on QEMU 7.2. */
const printed = (cpu: string): string => readFileSync(new URL(`guests/el2-${cpu}.txt`, import.meta.url), 'utf8');

describe.each(['max', 'cortex-a72'])('EL2 of %s', name => {
  test.each(['interpreter', 'auto'] as const)('is as on QEMU (%s)', mode => {
    const cpu = CPU_MODELS[name]!;
    const { machine, serial, load, deviceTree } = createVirt({ memory: 2 ** 27, cpu, mode, virtualization: true });
    let text = '';
    serial.output = byte => {
      text += String.fromCharCode(byte);
    };
    load(ENTRY, guest('el2'));
    load(DTB, deviceTree());
    machine.start(BigInt(ENTRY), BigInt(DTB));
    expect(machine.runSync({ instructions: 1_000_000 })).toBe('poweroff');
    expect(text).toBe(printed(name));
  });

  test.skipIf(!existsSync(QEMU))('QEMU prints what was recorded', () => {
    const folder = mkdtempSync(join(tmpdir(), 'el2-'));
    try {
      const image = join(folder, 'el2.bin');
      writeFileSync(image, guest('el2'));
      const cpu = name === 'max' ? 'max,pauth-impdef=on' : name;
      const board = ['-M', 'virt,virtualization=on,gic-version=3', '-cpu', cpu, '-m', '128'];
      const text = execFileSync(QEMU, [...board, '-nographic', '-nodefaults', '-serial', 'stdio', '-kernel', image], {
        timeout: 20_000,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      expect(text.replaceAll('\r', '')).toBe(printed(name));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
