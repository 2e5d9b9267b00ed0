import { UsageError } from '@internal/binary/cli';
import type { GuestMachine } from '../machines/guest.js';
import { type Endpoint, openEndpoint } from './endpoint.js';

/** The port that kernels have their console on. */
const CONSOLE = 'uart0';

/** Where the serial ports of a boot go. */
export interface SerialPlan {
  /** The port on standard input and output; undefined for none. */
  readonly terminal: string | undefined;
  /** Where the others go. */
  readonly others: ReadonlyMap<string, string>;
}

/** Reads `NAME=TARGET`, of which there may be several; the console is on the terminal unless it is said otherwise. */
export function serialPlan(given: readonly string[], machine: Pick<GuestMachine, 'ports'>): SerialPlan {
  const names = Object.keys(machine.ports ?? {});
  const targets = new Map<string, string>();
  for (const text of given) {
    const at = text.indexOf('=');
    const [name, target] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
    if (at < 1 || target === '') throw new UsageError(`--serial ${text}: NAME=TARGET is expected`);
    if (!names.includes(name))
      throw new UsageError(`--serial ${name}: there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`);
    if (targets.has(name)) throw new UsageError(`--serial ${name} is given twice`);
    if (!/^(stdio|null|file:.+|tcp:\d+|unix:.+)$/.test(target))
      throw new UsageError(`--serial ${text}: stdio, null, file:PATH, tcp:PORT or unix:PATH`);
    targets.set(name, target);
  }
  const onTerminal = [...targets].filter(([, target]) => target === 'stdio').map(([name]) => name);
  if (onTerminal.length > 1) throw new UsageError(`--serial: ${onTerminal.join(' and ')} cannot both be stdio`);
  const terminal = onTerminal[0] ?? (targets.has(CONSOLE) ? undefined : CONSOLE);
  return { terminal, others: new Map([...targets].filter(([, target]) => target !== 'stdio')) };
}

/** The ports that are not on the terminal, connected. */
export interface SerialEnds {
  /** Whether something may be typed at one of them. */
  readonly input: boolean;
  /** Output of the console, when it does not go to the terminal. */
  readonly console: ((bytes: Uint8Array) => void) | undefined;
  close(): Promise<void>;
}

/** Connects what does not go to the terminal. */
export async function connectSerial(
  { others, terminal }: SerialPlan,
  machine: GuestMachine,
  out: (bytes: Uint8Array) => void,
  info: (line: string) => void,
): Promise<SerialEnds> {
  const ends = new Map<string, Endpoint>();
  for (const [name, target] of others) {
    const port = machine.ports![name]!;
    const receive = (bytes: Uint8Array): void => {
      port.receive(bytes);
      machine.wake();
    };
    const end = await openEndpoint(target, receive, where => info(`${name} is ${where}`));
    ends.set(name, end);
    if (name !== CONSOLE) port.output = byte => end.write(Uint8Array.of(byte));
  }
  if (terminal !== undefined && terminal !== CONSOLE)
    machine.ports![terminal]!.output = byte => out(Uint8Array.of(byte));
  const console = ends.get(CONSOLE);
  return {
    input: [...ends.values()].some(end => end.input),
    console: console !== undefined ? bytes => console.write(bytes) : terminal === CONSOLE ? undefined : () => {},
    close: async () => {
      for (const name of ends.keys()) if (name !== CONSOLE) machine.ports![name]!.output = undefined;
      await Promise.all([...ends.values()].map(end => end.close()));
    },
  };
}
