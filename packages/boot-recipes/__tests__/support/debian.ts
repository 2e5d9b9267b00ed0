import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { linux } from '../../src/recipes/linux.js';
import { type CpioMember, readCpio, writeCpio } from './cpio.js';

const path = (option: string): string => linux.inputs.find(input => input.option === option)!.debian!.paths[0]!;

/** Whether Debian's installer kernel is installed; with CI set it must be. */
export function hasDebian(): boolean {
  const there = existsSync(path('kernel')) && existsSync(path('initrd'));
  if (!there && process.env.CI) throw new Error(`${linux.inputs[0]!.debian!.package} is not installed`);
  return there;
}

/** Debian's unmodified kernel. */
export const debianKernel = (): Uint8Array => new Uint8Array(readFileSync(path('kernel')));

/** What a shell needs of the installer's RAM disk, so that the kernel has not to unpack all of it. */
const KEPT =
  /^(bin|sbin|lib|proc|sys|dev|etc|usr|usr\/bin|lib\/aarch64-linux-gnu)$|^bin\/|^sbin\/(poweroff|mount)$|^usr\/bin\/sha256sum$|^lib\/(ld-linux|aarch64-linux-gnu\/(ld-linux|lib(c|m|resolv)\.so))|^lib\/aarch64-linux-gnu\/.*busybox/;

/** A small RAM disk: busybox and its libraries out of the installer's, and the files given. */
export function shellRamDisk(files: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  const kept = [...readCpio(gunzipSync(readFileSync(path('initrd'))))].filter(({ name }) => KEPT.test(name));
  const own: CpioMember[] = Object.entries(files).map(([name, bytes]) => ({ name, mode: 0o100644, bytes }));
  return writeCpio([...kept, ...own]);
}
