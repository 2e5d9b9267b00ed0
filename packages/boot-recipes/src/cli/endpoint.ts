import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { UsageError } from '@internal/binary/cli';

/** One end of a line of bytes on the host. */
export interface Endpoint {
  /** Whether bytes may come from it. */
  readonly input: boolean;
  write(bytes: Uint8Array): void;
  close(): Promise<void>;
}

/** Listens on a TCP port of the loopback interface (`tcp:PORT`, 0 for a free one) or on a socket (`unix:PATH`). */
export async function listen(
  where: string,
  onConnection: (socket: Socket) => void,
): Promise<{ readonly name: string; close(): Promise<void> }> {
  const [kind, rest] = [where.slice(0, where.indexOf(':')), where.slice(where.indexOf(':') + 1)];
  const port = Number(rest);
  if (kind === 'tcp' ? !(Number.isInteger(port) && port >= 0 && port < 65536) : kind !== 'unix' || rest === '')
    throw new UsageError(`${where}: tcp:PORT or unix:PATH is expected`);
  const sockets = new Set<Socket>();
  const server: Server = createServer(socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  const options: ListenOptions = kind === 'tcp' ? { port, host: '127.0.0.1' } : { path: rest };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, resolve);
  });
  const address = server.address();
  return {
    name: typeof address === 'object' && address !== null ? `tcp:${address.port}` : where,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>(resolve => server.close(() => resolve()));
      if (kind === 'unix') await rm(rest, { force: true });
    },
  };
}

/** `null`, `file:PATH`, `tcp:PORT` or `unix:PATH`; what comes from it goes to `receive`. */
export async function openEndpoint(
  where: string,
  receive: (bytes: Uint8Array) => void,
  info: (name: string) => void,
): Promise<Endpoint> {
  if (where === 'null') return { input: false, write: () => {}, close: async () => {} };
  if (where.startsWith('file:')) {
    const stream = createWriteStream(where.slice(5));
    await new Promise<void>((resolve, reject) => {
      stream.once('open', () => resolve());
      stream.once('error', reject);
    });
    return {
      input: false,
      write: bytes => void stream.write(bytes),
      close: () => new Promise(resolve => stream.end(() => resolve())),
    };
  }
  const clients = new Set<Socket>();
  const { name, close } = await listen(where, socket => {
    clients.add(socket);
    socket.on('data', receive);
    socket.on('close', () => clients.delete(socket));
  });
  info(name);
  return {
    input: true,
    write: bytes => {
      for (const client of clients) client.write(bytes);
    },
    close,
  };
}
