import { createInterface } from 'node:readline';
import type { CliContext } from '@internal/binary/cli';
import type { Monitor, MonitorFiles } from '../monitor/monitor.js';
import { listen } from './endpoint.js';

export const PROMPT = '(boot-recipes) ';

/** Files of this computer, written by temporary file and rename. */
export const monitorFiles = (context: CliContext): MonitorFiles => ({
  read: path => context.read(path),
  write: (path, bytes) => context.write(path, bytes),
});

/** Serves the monitor on `tcp:PORT` or `unix:PATH`: a line is a command. Whoever connects controls the guest. */
export async function serveMonitor(
  monitor: Monitor,
  where: string,
): Promise<{ readonly name: string; close(): Promise<void> }> {
  return listen(where, socket => {
    socket.write(`boot-recipes monitor; help lists the commands\r\n${PROMPT}`);
    const lines = createInterface({ input: socket });
    lines.on('line', line => {
      void monitor.execute(line).then(text => {
        if (!socket.writable) return;
        socket.write(`${text === '' ? '' : `${text.replaceAll('\n', '\r\n')}\r\n`}${PROMPT}`);
      });
    });
    lines.on('error', () => {});
  });
}
