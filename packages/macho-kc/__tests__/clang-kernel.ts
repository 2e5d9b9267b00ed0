import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildKernelFromElf, type ElfKernelOptions, kextFromBundle } from '../src/index.js';
import { haveTool, run } from './support.js';

export const haveClang: boolean = haveTool('clang-19') && haveTool('ld.lld-19');

const SCRIPT = `ENTRY(start)
PHDRS { text PT_LOAD FLAGS(5); ro PT_LOAD FLAGS(4); data PT_LOAD FLAGS(6); }
SECTIONS {
  . = 0xfffffe0007008000;
  .text : { *(.text*) } :text
  . = ALIGN(0x4000);
  .rodata : { *(.rodata*) } :ro
  . = ALIGN(0x4000);
  .data : { *(.data*) } :data
  .bss : { *(.bss*) } :data
  /DISCARD/ : { *(.comment) *(.eh_frame) *(.note*) }
}`;

/** A Mach-O kernel compiled from C for the test at hand. */
export function compileKernel(
  source: string,
  flags: readonly string[] = [],
  options: ElfKernelOptions = {},
): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'macho-kc-'));
  const path = (name: string) => join(folder, name);
  try {
    writeFileSync(path('k.c'), source);
    writeFileSync(path('k.ld'), SCRIPT);
    run('clang-19', [
      '--target=aarch64-none-elf',
      '-ffreestanding',
      '-O1',
      '-mgeneral-regs-only',
      ...flags,
      '-c',
      path('k.c'),
      '-o',
      path('k.o'),
    ]);
    run('ld.lld-19', [
      '--emit-relocs',
      ...(options.movable ? ['--no-relax'] : []),
      '-T',
      path('k.ld'),
      path('k.o'),
      '-o',
      path('k'),
    ]);
    return buildKernelFromElf(new Uint8Array(readFileSync(path('k'))), { architecture: 'arm64e', ...options });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const haveLd64: boolean = haveClang && haveTool('ld64.lld-19');

/** A kext compiled from C++ for the test at hand, with its kmod_info. */
export function compileKext(id: string, source: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'macho-kc-'));
  const path = (name: string) => join(folder, name);
  const head = `extern "C" { struct kmod { unsigned long long next; int version_of; unsigned id; char name[64], version[64]; int refs;
    unsigned long long list, address, size, hdr; int (*start)(void *, void *), (*stop)(void *, void *); } __attribute__((packed, aligned(4)));
    int kext_start(void *, void *); int kext_stop(void *, void *);
    kmod kmod_info = { 0, 1, ~0u, "${id}", "1.0", 0, 0, 0, 0, 0, kext_start, kext_stop }; }\n`;
  try {
    writeFileSync(path('k.cpp'), head + source);
    run('clang-19', [
      '--target=arm64-apple-macos12',
      '-mkernel',
      '-fapple-kext',
      '-ffreestanding',
      '-fno-exceptions',
      '-fno-rtti',
      '-nostdinc',
      '-O1',
      '-c',
      path('k.cpp'),
      '-o',
      path('k.o'),
    ]);
    run('ld64.lld-19', [
      '-arch',
      'arm64',
      '-platform_version',
      'macos',
      '12.0',
      '12.0',
      '-bundle',
      '-undefined',
      'dynamic_lookup',
      '-fixup_chains',
      path('k.o'),
      '-o',
      path('k'),
    ]);
    return kextFromBundle(new Uint8Array(readFileSync(path('k'))));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
