import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPayload } from 'img4';
import { buildKernelFromElf, buildTrustCache, encodeTrustCache, trustCacheEntries } from 'macho-kc';
import { buildUstarImage } from '../../src/ramdisk/ustar.js';
import { sampleDeviceTree } from './device-tree.js';
import { buildKexts } from './kexts.js';
import { signAdHoc } from './sign.js';
import { FIRMWARE, run } from './tools.js';

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

/** The compiler's first line of `--version`, or undefined when there is none. */
export function compilerVersion(): string | undefined {
  const { status, stdout } = spawnSync('clang-19', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0] : undefined;
}

/** Compiles the folder's sources in order of name; the paths of the object files. */
function compile(folder: string, flags: readonly string[], scratch: string): string[] {
  const sources = readdirSync(`${FIRMWARE}${folder}`)
    .filter(name => /\.[cS]$/.test(name))
    .sort();
  return sources.map(name => {
    const object = join(scratch, `${folder}-${name}.o`);
    run('clang-19', [...CFLAGS, ...flags, '-c', `${folder}/${name}`, '-o', object]);
    return object;
  });
}

/** Links a folder's object files to a Mach-O executable; a movable one can be built into a collection. */
function link(folder: string, objects: readonly string[], scratch: string, movable = false): Uint8Array {
  const elf = join(scratch, `${folder}.elf`);
  const flags = ['--emit-relocs', '--build-id=none', ...(movable ? ['--no-relax'] : [])];
  run('ld.lld-19', ['-T', `${folder}/${folder}.ld`, ...flags, '-o', elf, ...objects]);
  return buildKernelFromElf(readFileSync(elf), { movable });
}

const im4p = (type: string, description: string, data: Uint8Array): Uint8Array =>
  createPayload({ type, description, data, compression: 'lzfse' }).toBytes();

/** Builds every image of the sample; the same sources and compiler give the same bytes. */
export async function buildSample(): Promise<Record<string, Uint8Array>> {
  const scratch = mkdtempSync(join(tmpdir(), 'sample-firmware-'));
  try {
    const objects = compile('kernel', ['-mgeneral-regs-only'], scratch);
    const kernel = signAdHoc(link('kernel', objects, scratch), 'boot-recipes.sample.kernel');
    const collection = signAdHoc(
      buildKexts(link('kernel', objects, scratch, true), scratch),
      'boot-recipes.sample.collection',
    );
    const launchd = signAdHoc(link('launchd', compile('launchd', [], scratch), scratch), 'boot-recipes.sample.launchd');
    const trustCache = encodeTrustCache(buildTrustCache({ version: 1, entries: trustCacheEntries(launchd) }));
    const motd = new TextEncoder().encode('This RAM disk and all that is on it is ours.\n');
    const rc = new TextEncoder().encode('uname\nls /etc\n');
    const ramDisk = buildUstarImage([
      { path: 'sbin/launchd', bytes: launchd, mode: 0o755 },
      { path: 'etc/motd', bytes: motd, mode: 0o644 },
      { path: 'etc/rc', bytes: rc, mode: 0o644 },
    ]);
    return {
      'kernelcache.im4p': im4p('krnl', 'boot-recipes sample kernel', kernel),
      'collection.im4p': im4p('krnl', 'boot-recipes sample kext collection', collection),
      'devicetree.im4p': im4p('dtre', 'boot-recipes sample device tree', await sampleDeviceTree()),
      'ramdisk.im4p': im4p('rdsk', 'boot-recipes sample RAM disk', ramDisk),
      'trustcache.im4p': im4p('trst', 'boot-recipes sample trust cache', trustCache),
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
