import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildCollection, type KextInput, kextFromBundle, parsePlist } from 'macho-kc';
import { FIRMWARE, run } from './tools.js';

const TARGET = '--target=arm64-apple-macos12';
const CXXFLAGS = [
  TARGET,
  '-std=c++17',
  '-O2',
  '-mkernel',
  '-fapple-kext',
  '-ffreestanding',
  '-fno-exceptions',
  '-fno-rtti',
  '-fno-ident',
  '-fno-stack-protector',
  '-mgeneral-regs-only',
  '-nostdinc',
  '-Wall',
  '-Wextra',
  '-Werror',
];
const LDFLAGS = [
  ...['-arch', 'arm64', '-platform_version', 'macos', '12.0', '12.0'],
  ...['-bundle', '-undefined', 'dynamic_lookup', '-fixup_chains'],
];

/** Compiles and links one folder of firmware/kexts. */
function buildKext(name: string, scratch: string): KextInput {
  const object = join(scratch, `${name}.o`);
  const bundle = join(scratch, name);
  run('clang-19', [...CXXFLAGS, '-c', `kexts/${name}/${name}.cpp`, '-o', object]);
  run('ld64.lld-19', [...LDFLAGS, object, '-o', bundle]);
  const info = parsePlist(readFileSync(`${FIRMWARE}kexts/${name}/Info.plist`));
  if (!(info instanceof Map)) throw new Error(`${name}: Info.plist is no dictionary`);
  return {
    info,
    executable: kextFromBundle(readFileSync(bundle)),
    bundlePath: `/System/Library/Extensions/${name}.kext`,
    executablePath: `Contents/MacOS/${name}`,
  };
}

/** Links a movable kernel and all of firmware/kexts to a boot kext collection. */
export function buildKexts(kernel: Uint8Array, scratch: string): Uint8Array {
  const names = readdirSync(`${FIRMWARE}kexts`, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort();
  const kexts = names.map(name => buildKext(name, scratch));
  const result = buildCollection({ kind: 'boot', kernel, kexts, allowRigid: true });
  if (!result.ok) throw new Error(result.errors.map(({ id, message }) => `${id}: ${message}`).join('\n'));
  return result.bytes;
}
