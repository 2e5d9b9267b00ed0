import { bytes, type Layout, layout, struct, u16, u32, u64 } from '@internal/binary/layout';

/** `Boot_Video` of xnu `pexpert/pexpert/arm64/boot.h`. */
export const BootVideo = layout('Boot_Video', 'little', {
  baseAddr: u64('framebuffer, physical address; 0 for none'),
  display: u64('0 text, 1 graphics'),
  rowBytes: u64('bytes per row'),
  width: u64('pixels'),
  height: u64('pixels'),
  depth: u64('bits 7:0 bits per pixel, 15:8 rotation, 23:16 scale - 1, 31:24 boot rotation'),
});

/** `boot_args` of the same header; only the command line's length changed over time. */
const bootArgs = (name: string, commandLine: number, tail: number): Layout =>
  layout(name, 'little', {
    revision: u16('Revision'),
    version: u16('Version'),
    pad0: bytes(4, 'alignment'),
    virtBase: u64('kernel virtual address of physBase'),
    physBase: u64('physical address where managed memory begins'),
    memSize: u64('bytes of managed memory, from physBase'),
    topOfKernelData: u64('physical address of the first byte after everything that the loader placed'),
    video: struct(BootVideo, 'framebuffer'),
    machineType: u32('0'),
    pad1: bytes(4, 'alignment'),
    deviceTree: u64('kernel virtual address of the flattened device tree'),
    deviceTreeLength: u32('bytes'),
    commandLine: bytes(commandLine, 'NUL-terminated'),
    pad2: bytes(4, 'alignment'),
    bootFlags: u64('bit 0: dark boot'),
    memSizeActual: u64('bytes of physical memory with what is carved out; 0: memSize'),
    ...(tail > 0 ? { tail: bytes(tail, 'reserved') } : {}),
  });

/** xnu-4570 to xnu-4903: iOS 11 and 12. */
export const BootArgs256 = bootArgs('boot_args_256', 256, 0);
/** xnu-6153 to xnu-8796: iOS 13 to 16, macOS 11 to 13. */
export const BootArgs608 = bootArgs('boot_args_608', 608, 0);
/** xnu-10002 and later: iOS 17, macOS 14. */
export const BootArgs1024 = bootArgs('boot_args_1024', 1024, 8);
