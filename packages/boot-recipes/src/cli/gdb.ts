import { UsageError } from '@internal/binary/cli';
import { GdbServer } from 'arm64-emu';
import { serveGdb } from 'arm64-emu/node';
import type { PreparedBoot } from '../recipes/recipe.js';
import { Terminal } from './terminal.js';

/** How to serve a debugger. */
export interface DebugOptions {
  /** TCP port on the loopback interface; 0 for a free one. */
  readonly port: number;
  /** Whether the guest stands still until the client continues it; else it runs until one connects. */
  readonly hold: boolean;
  readonly output: (bytes: Uint8Array) => void;
  readonly info: (line: string) => void;
}

/** Lets GDB run a boot. Ends when the guest or the user does. */
export async function debugBoot({ machine }: PreparedBoot, options: DebugOptions): Promise<void> {
  const { target, serial } = machine;
  if (target === undefined) throw new UsageError('this machine cannot be debugged');
  let end = (): void => {};
  const ended = new Promise<void>(resolve => {
    end = resolve;
  });
  serial.output = byte => options.output(Uint8Array.of(byte));
  const server = new GdbServer(target, { run: { pace: 'host' }, onExit: end });
  const listener = await serveGdb(server, { port: options.port });
  options.info(
    `target remote :${listener.port}; the guest ${options.hold ? 'stands still until it is continued' : 'runs until a client comes'}`,
  );
  // The server runs on what no client holds any more.
  if (!options.hold) server.connect(() => {}).close();
  const terminal = new Terminal({
    inputOpen: true,
    type: bytes => {
      serial.receive(bytes);
      machine.wake();
    },
    closeInput: () => {},
    stop: end,
  });
  try {
    await ended;
  } finally {
    terminal.close();
    await listener.close();
    serial.output = undefined;
  }
}
