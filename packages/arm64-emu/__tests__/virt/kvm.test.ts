import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CPU_MODELS } from '../../src/cpu/models.js';
import { createVirt } from '../../src/virt/virt.js';

const KERNEL = '/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64/linux';
const INITRD = 0x4800_0000;
const DTB = 0x4a00_0000;
const file = (name: string): Uint8Array => readFileSync(new URL(`guests/kvm/${name}`, import.meta.url));

/** A cpio archive in the format of Linux' initramfs: /dev/console, and the program as /init. */
function initramfs(init: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  const add = (name: string, mode: number, data: Uint8Array = new Uint8Array(0), major = 0, minor = 0): void => {
    const fields = [parts.length + 1, mode, 0, 0, 1, 0, data.length, 0, 0, major, minor, name.length + 1, 0];
    const head = `070701${fields.map(v => v.toString(16).padStart(8, '0')).join('')}${name}\0`;
    for (const part of [new TextEncoder().encode(head), data])
      parts.push(part, new Uint8Array((4 - (part.length % 4)) % 4));
  };
  add('dev', 0o40755);
  add('dev/console', 0o20600, undefined, 5, 1);
  add('init', 0o100755, init);
  add('TRAILER!!!', 0);
  return Buffer.concat(parts);
}

// A kernel that stays at EL2 (FEAT_VHE), and one that leaves a hypervisor behind there.
describe.skipIf(!existsSync(KERNEL)).each([
  ['max', 3, 'VHE mode initialized successfully'],
  ['cortex-a72', 3, 'Hyp mode initialized successfully'],
  ['max', 2, 'VHE mode initialized successfully'],
  ['cortex-a72', 2, 'Hyp mode initialized successfully'],
] as const)('Debian with EL2 on %s, GICv%i', (name, gic, message) => {
  it('runs a guest of its own under KVM', { timeout: 120_000 }, () => {
    const cpu = CPU_MODELS[name]!;
    const options = { memory: 2 ** 28, cpu, gic, mode: 'auto', virtualization: true, flash: false } as const;
    const { machine, serial, load, deviceTree } = createVirt(options);
    let text = '';
    serial.output = byte => {
      text += String.fromCharCode(byte);
    };
    const kernel = readFileSync(KERNEL);
    const initrd = initramfs(file('init.elf'));
    load(0x4020_0000, kernel[0] === 0x1f ? gunzipSync(kernel) : kernel);
    load(INITRD, initrd);
    const place = { start: INITRD, end: INITRD + initrd.length };
    load(DTB, deviceTree({ bootargs: 'console=ttyAMA0 rdinit=/init', initrd: place }));
    machine.start(0x4020_0000n, BigInt(DTB));
    expect(machine.runSync({ instructions: 3e9 })).toBe('poweroff');
    expect(text).toContain(message);
    const lines = text.replaceAll('\r', '').split('\n');
    const exits = lines.slice(lines.findIndex(line => line.startsWith('write '))).filter(line => !line.startsWith('['));
    // What QEMU 7.2 makes of it; the guest sees the CPU's own MIDR_EL1.
    const expected = new TextDecoder().decode(file('exits.txt')).replace('f0510', cpu.midr.toString(16));
    expect(exits.join('\n')).toBe(expected);
  });
});
