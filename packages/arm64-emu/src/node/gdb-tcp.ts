import { createServer, type Socket } from 'node:net';
import type { GdbServer } from '../gdb/server.js';

/** A listening {@link serveGdb}. */
export interface GdbListener {
  readonly port: number;
  /** Ends the connection and listens no more; the machine stops. */
  close(): Promise<void>;
}

/**
 * Serves GDB over TCP, as `target remote` wants it; one client at a time, the newest. Listens on the loopback interface by
 * default: a client controls the machine. Rejects with the network's error.
 *
 * @example
 * const { port } = await serveGdb(new GdbServer(virt), { port: 1234 });
 * console.log(`target remote :${port}`);
 */
export async function serveGdb(
  server: GdbServer,
  options: { readonly port?: number; readonly host?: string } = {},
): Promise<GdbListener> {
  const sockets = new Set<Socket>();
  const listener = createServer(socket => {
    for (const other of sockets) other.destroy();
    sockets.add(socket);
    socket.setNoDelay(true);
    const connection = server.connect(bytes => {
      if (socket.writable) socket.write(bytes);
    });
    socket.on('data', bytes => connection.receive(bytes));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      connection.close();
    });
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const address = listener.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>(resolve => listener.close(() => resolve()));
      await server.close();
    },
  };
}
