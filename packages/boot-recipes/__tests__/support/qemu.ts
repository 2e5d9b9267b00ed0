import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a command is there; with CI set it must be. */
export function available(command: string): boolean {
  const found = spawnSync(command, ['--version']).status === 0;
  if (!found && process.env.CI) throw new Error(`${command} is missing`);
  return found;
}

/** A file for QEMU to load at a physical address. */
export interface QemuLoad {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** What a run of QEMU printed on its serial port and how it ended. */
export interface QemuRun {
  readonly output: string;
  readonly status: number | null;
}

/** A dialogue: when the output so far ends like `after`, `type` is typed. */
export interface QemuLine {
  readonly after: RegExp;
  readonly type: string;
}

/** Runs `qemu-system-aarch64 -M virt`; files that `args` name as `{name}` come from `files`. */
export async function qemu(
  args: readonly string[],
  loads: readonly QemuLoad[] = [],
  files: Readonly<Record<string, Uint8Array>> = {},
  dialogue: readonly QemuLine[] = [],
  seconds = 120,
): Promise<QemuRun> {
  const scratch = mkdtempSync(join(tmpdir(), 'qemu-'));
  try {
    const loaders = loads.flatMap(({ address, bytes }, i) => {
      const path = join(scratch, `load${i}`);
      writeFileSync(path, bytes);
      return ['-device', `loader,file=${path},addr=0x${address.toString(16)},force-raw=on`];
    });
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(scratch, name), bytes);
    const filled = args.map(arg => arg.replace(/\{([^}]+)\}/g, (_, name: string) => join(scratch, name)));
    const child = spawn('qemu-system-aarch64', ['-nographic', '-no-reboot', ...filled, ...loaders], {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: seconds * 1000,
    });
    let output = '';
    let errors = '';
    let from = 0;
    let line = 0;
    child.stderr.on('data', data => (errors += data));
    child.stdout.on('data', data => {
      output += data;
      const next = dialogue[line];
      if (next?.after.test(output.slice(from))) {
        from = output.length;
        line++;
        child.stdin.write(next.type);
      }
    });
    const status = await new Promise<number | null>(resolve => child.on('close', resolve));
    return { output: output + errors, status };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
