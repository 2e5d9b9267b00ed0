import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildKernelFromElf, type ElfKernelOptions } from '../src/index.js';
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
