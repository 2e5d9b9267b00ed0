import { describe, expect, it } from 'vitest';
import { isBootError } from '../src/error.js';
import { type BootArgs, type CommandLineSize, decodeBootArgs, encodeBootArgs } from '../src/xnu/boot-args.js';

const args: BootArgs = {
  revision: 2,
  version: 3,
  virtBase: 0xfffffe0000000000n,
  physBase: 0x40000000n,
  memSize: 0x80000000n,
  topOfKernelData: 0x4a5b0000n,
  video: { baseAddr: 0x1n, display: 2n, rowBytes: 3n, width: 4n, height: 5n, depth: 0x20n },
  machineType: 6,
  deviceTree: 0xfffffe0009000000n,
  deviceTreeLength: 0x1234,
  commandLine: 'debug=0x8 serial=3 -v',
  bootFlags: 1n,
  memSizeActual: 0x90000000n,
};

/** Layout, total size, offsets of bootFlags and memSizeActual: xnu-boot's table of the three revisions. */
const LAYOUTS: readonly (readonly [CommandLineSize, number, number, number])[] = [
  [256, 0x180, 0x170, 0x178],
  [608, 0x2e0, 0x2d0, 0x2d8],
  [1024, 0x488, 0x470, 0x478],
];

describe.each(LAYOUTS)('boot_args with a command line of %i bytes', (size, total, flags, actual) => {
  const bytes = encodeBootArgs(args, size);
  const view = new DataView(bytes.buffer);

  it('has every field at its offset', () => {
    expect(bytes.length).toBe(total);
    expect([view.getUint16(0, true), view.getUint16(2, true)]).toEqual([2, 3]);
    const u64 = [8, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38, 0x40, 0x48, 0x50, 0x60, flags, actual];
    expect(u64.map(at => view.getBigUint64(at, true))).toEqual([
      args.virtBase,
      args.physBase,
      args.memSize,
      args.topOfKernelData,
      1n,
      2n,
      3n,
      4n,
      5n,
      0x20n,
      args.deviceTree,
      1n,
      0x90000000n,
    ]);
    expect(view.getUint32(0x58, true)).toBe(6);
    expect(view.getUint32(0x68, true)).toBe(0x1234);
    expect(new TextDecoder().decode(bytes.subarray(0x6c, 0x6c + 22))).toBe('debug=0x8 serial=3 -v\0');
  });

  it('reads back what was written', () => {
    expect(decodeBootArgs(bytes, size)).toEqual(args);
  });

  it('takes a command line with its NUL, and no longer one', () => {
    const longest = 'x'.repeat(size - 1);
    expect(decodeBootArgs(encodeBootArgs({ ...args, commandLine: longest }, size), size).commandLine).toBe(longest);
    for (const commandLine of [`${longest}x`, 'a\0b'])
      try {
        encodeBootArgs({ ...args, commandLine }, size);
        expect.unreachable();
      } catch (error) {
        expect(isBootError(error, 'out-of-range')).toBe(true);
      }
  });

  it('refuses a short input', () => {
    expect(() => decodeBootArgs(bytes.subarray(0, total - 1), size)).toThrow(/bytes are needed/);
  });
});
