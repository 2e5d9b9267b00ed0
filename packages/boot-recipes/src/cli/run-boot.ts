import type { CliContext } from '@internal/binary/cli';
import { Monitor } from '../monitor/monitor.js';
import type { PreparedBoot } from '../recipes/recipe.js';
import { type BootResult, BootSession, type RunOptions } from '../session.js';
import { LineEditor } from './line-editor.js';
import { monitorFiles, serveMonitor } from './monitor.js';
import type { SerialPlan } from './serial.js';
import { Terminal, terminalSession } from './terminal.js';

/** How a boot meets the terminal. */
export interface TerminalRun {
  readonly run: RunOptions;
  /** Whether the guest stands still until the monitor lets it go on. */
  readonly hold: boolean;
  /** Where the monitor is served. */
  readonly monitor: string | undefined;
  readonly serial: SerialPlan;
  /** Whether something beside the terminal may type. */
  readonly typed: boolean;
}

/** Runs a boot with its console and the monitor on the terminal. */
export async function runBoot(context: CliContext, prepared: PreparedBoot, options: TerminalRun): Promise<BootResult> {
  const { hold } = options;
  const session = new BootSession(prepared, options.run);
  const monitor = new Monitor(prepared, session, monitorFiles(context));
  if (hold) {
    monitor.held = true;
    await session.pause();
  }
  const served = options.monitor === undefined ? undefined : await serveMonitor(monitor, options.monitor);
  if (served !== undefined)
    context.info(`monitor is ${served.name}${hold ? '; the guest stands still until cont' : ''}`);
  const editor = new LineEditor(
    line => process.stderr.write(line),
    line => monitor.execute(line),
  );
  const others = options.typed || served !== undefined;
  const terminal = new Terminal(terminalSession(session, prepared.machine, options.serial.terminal, others), editor);
  try {
    return await session.run();
  } finally {
    terminal.close();
    await served?.close();
  }
}
