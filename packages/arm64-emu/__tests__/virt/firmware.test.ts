// Debian's U-Boot and EDK2, unmodified, from flash to their prompts, where they answer a command.
import { existsSync, readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createVirt } from '../../src/index.js';

/** A dialogue: when the output since the last line typed has `after`, `type` is typed. */
type Dialogue = readonly (readonly [after: RegExp, type: string])[];

const FIRMWARE = {
  'U-Boot': '/usr/lib/u-boot/qemu_arm64/u-boot.bin',
  EDK2: '/usr/share/qemu-efi-aarch64/QEMU_EFI.fd',
} as const;

/** Whether Debian's package with a firmware is installed; with CI set it must be. */
function installed(name: keyof typeof FIRMWARE): boolean {
  const there = existsSync(FIRMWARE[name]);
  if (!there && process.env.CI) throw new Error(`${FIRMWARE[name]} is missing: u-boot-qemu or qemu-efi-aarch64`);
  return there;
}

/** Runs a firmware until `end` is printed behind the last line that was typed; returns what was printed behind it. */
async function talk(name: keyof typeof FIRMWARE, dialogue: Dialogue, end: RegExp): Promise<string> {
  const image = new Uint8Array(readFileSync(FIRMWARE[name]));
  const { machine, serial, load, ram, deviceTree } = createVirt({ memory: 256 << 20, flash: [image] });
  load(ram.base, deviceTree());
  let text = '';
  let line = 0;
  serial.output = byte => {
    text += String.fromCharCode(byte);
    const next = dialogue[line];
    if (next === undefined) {
      if (end.test(text)) machine.stop();
      return;
    }
    if (!next[0].test(text)) return;
    text = '';
    line++;
    serial.receive(new TextEncoder().encode(next[1]));
  };
  machine.start(0n);
  const reason = await machine.run({ instructions: 3e9 });
  expect(reason, `${name} stopped after:\n${text.slice(-1000)}`).toBe('stopped');
  return text;
}

describe('firmware from flash', () => {
  it.skipIf(!installed('U-Boot'))('U-Boot computes a checksum at its prompt', { timeout: 200_000 }, async () => {
    const answer = await talk(
      'U-Boot',
      [
        [/autoboot/, ' '],
        [/=> $/, 'crc32 0 1000\r'],
      ],
      /==> [0-9a-f]{8}/,
    );
    const sum = crc32(readFileSync(FIRMWARE['U-Boot']).subarray(0, 0x1000));
    expect(answer).toContain(`00000fff ==> ${sum.toString(16).padStart(8, '0')}`);
  });
  it.skipIf(!installed('EDK2'))('EDK2’s shell says what it is', { timeout: 400_000 }, async () => {
    const answer = await talk(
      'EDK2',
      [
        [/ESC.* to skip/, '\x1b'],
        [/Shell> /, 'ver\r'],
      ],
      /UEFI v[\d.]+ \(.*\)/,
    );
    expect(answer).toContain('EDK II');
  });
});
