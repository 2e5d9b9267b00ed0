import { UsageError } from '@internal/binary/cli';
import { GdbServer } from 'arm64-emu';
import { serveGdb } from 'arm64-emu/node';
import type { ConsoleScript } from '../console.js';
import { ConsoleDriver } from '../console-driver.js';
import type { PreparedBoot } from '../recipes/recipe.js';
import { type BootReason, type BootResult, resultOf } from '../session.js';
import { Terminal } from './terminal.js';

/** How to serve a debugger. */
export interface DebugOptions extends ConsoleScript {
  /** TCP port on the loopback interface; 0 for a free one. */
  readonly port: number;
  /** Whether the guest stands still until the client continues it; else it runs until one connects. */
  readonly hold: boolean;
  /** Wall-clock seconds after which it ends, the guest standing still or not. */
  readonly timeout?: number | undefined;
  readonly output: (bytes: Uint8Array) => void;
  readonly info: (line: string) => void;
}

/** Lets GDB run a boot. Ends when the guest, the user or the console's script does. */
export async function debugBoot({ machine }: PreparedBoot, options: DebugOptions): Promise<BootResult> {
  const { target } = machine;
  if (target === undefined) throw new UsageError('this machine cannot be debugged');
  const start = performance.now();
  let end = (_: BootReason): void => {};
  const ended = new Promise<BootReason>(resolve => {
    end = resolve;
  });
  const console = new ConsoleDriver(machine, { ...options, matched: () => end('until') });
  console.attach();
  const server = new GdbServer(target, {
    run: { pace: 'host' },
    onExit: why => end(why === 'kill' ? 'killed' : 'power-off'),
  });
  const listener = await serveGdb(server, { port: options.port });
  options.info(
    `target remote :${listener.port}; the guest ${options.hold ? 'stands still until it is continued' : 'runs until a client comes'}`,
  );
  // The server runs on what no client holds any more.
  if (!options.hold) server.connect(() => {}).close();
  const terminal = new Terminal({
    inputOpen: true,
    type: bytes => console.type(bytes),
    closeInput: () => {},
    stop: () => end('stopped'),
  });
  const timer = options.timeout === undefined ? undefined : setTimeout(() => end('timeout'), options.timeout * 1000);
  try {
    const reason = await ended;
    console.look();
    return resultOf(machine, reason, start);
  } finally {
    clearTimeout(timer);
    terminal.close();
    await listener.close();
    console.detach();
  }
}
