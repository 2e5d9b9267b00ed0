import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runCli } from '@internal/binary/cli';
import { vi } from 'vitest';
import { program } from '../../src/cli/program.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const BIN = {
  img4: 'packages/img4/bin/img4.js',
  adt: 'packages/apple-devicetree/bin/adt.js',
  kc: 'packages/macho-kc/bin/kc.js',
  'boot-recipes': 'packages/boot-recipes/bin/boot-recipes.js',
} as const;

/** How a command ended and what it printed. */
export interface CliRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of {@link cli}. */
export interface CliOptions {
  /** Standard input; left open when `open`. */
  readonly input?: string | Uint8Array;
  readonly open?: boolean;
  /** Seconds after which it is ended; 100 when not given. */
  readonly seconds?: number;
  /** Called with what stdout has so far, and the process. */
  readonly onOutput?: (text: string, child: { kill: (signal: NodeJS.Signals) => boolean }) => void;
}

/** Runs one of the four commands from source. */
export function cli(command: keyof typeof BIN, args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const child = spawn(process.execPath, [`${root}${BIN[command]}`, ...args], {
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    timeout: (options.seconds ?? 100) * 1000,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', data => {
    stdout += data;
    options.onOutput?.(stdout, child);
  });
  child.stderr.on('data', data => {
    stderr += data;
  });
  child.stdin.on('error', () => {});
  if (options.input !== undefined) child.stdin.write(options.input);
  if (!options.open) child.stdin.end();
  return new Promise(resolve => child.on('close', status => resolve({ status, stdout, stderr })));
}

/** Runs `boot-recipes` within this process, for what ends before a guest runs. */
export async function cliHere(args: readonly string[]): Promise<CliRun> {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map(name =>
    vi.spyOn(process[name], 'write').mockImplementation(text => {
      printed[name] += text;
      return true;
    }),
  );
  try {
    return { status: await runCli(program, args), ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.stdout.removeAllListeners('error');
  }
}
