import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPayload } from 'img4';
import { buildKernelFromElf } from 'macho-kc';
import { sampleDeviceTree } from './device-tree.js';
import { writeUstar } from './ustar.js';

/** Sources of the firmware. */
const FIRMWARE = fileURLToPath(new URL('../../firmware/', import.meta.url));
/** Where the built images are kept. */
export const IMAGES = `${FIRMWARE}images/`;

const CFLAGS = [
  '--target=aarch64-none-elf',
  '-std=c11',
  '-O2',
  '-ffreestanding',
  '-fno-builtin',
  '-fno-pic',
  '-mcmodel=small',
  '-fno-common',
  '-fno-ident',
  '-fno-stack-protector',
  '-fno-unwind-tables',
  '-fno-asynchronous-unwind-tables',
  '-fno-omit-frame-pointer',
  '-march=armv8.1-a',
  '-mno-outline-atomics',
  '-Wall',
  '-Wextra',
  '-Werror',
];

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { cwd: FIRMWARE, encoding: 'utf8' });
  if (error !== undefined) throw new Error(`${command}: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stderr}`);
}

/** The compiler's first line of `--version`, or undefined when there is none. */
export function compilerVersion(): string | undefined {
  const { status, stdout } = spawnSync('clang-19', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0] : undefined;
}

/** Compiles the folder's sources in order of name and links them to a Mach-O executable. */
function buildProgram(folder: string, flags: readonly string[], scratch: string): Uint8Array {
  const sources = readdirSync(`${FIRMWARE}${folder}`)
    .filter(name => /\.[cS]$/.test(name))
    .sort();
  const objects = sources.map(name => {
    const object = join(scratch, `${folder}-${name}.o`);
    run('clang-19', [...CFLAGS, ...flags, '-c', `${folder}/${name}`, '-o', object]);
    return object;
  });
  const elf = join(scratch, `${folder}.elf`);
  run('ld.lld-19', ['-T', `${folder}/${folder}.ld`, '--emit-relocs', '--build-id=none', '-o', elf, ...objects]);
  return buildKernelFromElf(readFileSync(elf));
}

const im4p = (type: string, description: string, data: Uint8Array): Uint8Array =>
  createPayload({ type, description, data, compression: 'lzfse' }).toBytes();

/** Builds every image of the sample; the same sources and compiler give the same bytes. */
export function buildSample(): Record<string, Uint8Array> {
  const scratch = mkdtempSync(join(tmpdir(), 'sample-firmware-'));
  try {
    const kernel = buildProgram('kernel', ['-mgeneral-regs-only'], scratch);
    const launchd = buildProgram('launchd', [], scratch);
    const motd = new TextEncoder().encode('This RAM disk and all that is on it is ours.\n');
    const ramDisk = writeUstar(
      [
        { name: 'sbin/launchd', bytes: launchd, mode: 0o755 },
        { name: 'etc/motd', bytes: motd, mode: 0o644 },
      ],
      0x4000,
    );
    return {
      'kernelcache.im4p': im4p('krnl', 'boot-recipes sample kernel', kernel),
      'devicetree.im4p': im4p('dtre', 'boot-recipes sample device tree', sampleDeviceTree()),
      'ramdisk.im4p': im4p('rdsk', 'boot-recipes sample RAM disk', ramDisk),
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The module that carries the images inside the package, as base64. */
export function embeddedModule(images: Readonly<Record<string, Uint8Array>>): string {
  const lines = Object.entries(images).map(
    ([name, bytes]) => `  '${name}':\n    '${Buffer.from(bytes).toString('base64')}',\n`,
  );
  return `// Generated from firmware/images by scripts/build-firmware.ts; do not edit.\nexport const SAMPLE_IMAGES = {\n${lines.join('')}} as const;\n`;
}
