import { spawnSync } from 'node:child_process';
import { fixture, fixturesUnder } from '@internal/binary/testing';
import { isFat, MachO, readFat } from '../src/index.js';

export { fixture, fixturesUnder };

/** Every genuine file that is a whole thin or fat Mach-O. */
export const machOFiles = (): string[] =>
  fixturesUnder('macho-kc').filter(path => {
    if (path.includes('/fuzz/')) return false;
    const bytes = fixture(path);
    const magic = bytes.length < 28 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    return magic === 0xfeedface || magic === 0xfeedfacf || magic === 0xbebafeca || magic === 0xbfbafeca;
  });

/** The thin files in a file: itself, or the slices of a fat one. */
export function thinFiles(bytes: Uint8Array): { architecture: string; bytes: Uint8Array }[] {
  if (!isFat(bytes)) return [{ architecture: new MachO(bytes).architecture, bytes }];
  return readFat(bytes).map(({ architecture, source }) => ({
    architecture,
    bytes: source.slice(0, source.byteLength),
  }));
}

/** Whether a command is installed; a missing one is an error when `CI` is set. */
export function haveTool(name: string): boolean {
  const found = spawnSync(name, ['--version']).status === 0;
  if (!found && process.env.CI) throw new Error(`CI is set and ${name} is not installed`);
  return found;
}

/** Standard output of a command that must succeed. */
export function run(command: string, args: readonly string[], input?: Uint8Array): string {
  const result = spawnSync(command, args, { input, maxBuffer: 1 << 28, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.stderr}`);
  return result.stdout;
}
