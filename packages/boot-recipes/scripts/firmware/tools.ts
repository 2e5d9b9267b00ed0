import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Sources of the firmware. */
export const FIRMWARE: string = fileURLToPath(new URL('../../firmware/', import.meta.url));

/** Runs a compiler or linker in the sources' folder. */
export function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { cwd: FIRMWARE, encoding: 'utf8' });
  if (error !== undefined) throw new Error(`${command}: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stderr}`);
}
