import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const GDB = '/usr/bin/gdb-multiarch';

/** Whether tests of an unmodified GDB run: it is installed, or has to be since `CI` is set. */
export const runsGdb: boolean = existsSync(GDB) || process.env.CI !== undefined;

/** Has GDB attach to a server on this machine and carry out `commands`; what it prints. Ends after `timeout` milliseconds. */
export async function gdbSession(port: number, commands: readonly string[], timeout = 100_000): Promise<string> {
  const all = [
    'set pagination off',
    'set confirm off',
    'set architecture aarch64',
    `target remote :${port}`,
    ...commands,
  ];
  const args = ['-nx', '-q', '-batch', ...all.flatMap(command => ['-ex', command])];
  const { stdout, stderr } = await promisify(execFile)(GDB, args, { timeout });
  return stdout + stderr;
}
