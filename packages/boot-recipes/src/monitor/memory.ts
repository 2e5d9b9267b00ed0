import { GuestMemory } from 'arm64-emu';
import { hex, type MonitorCpu, MonitorError, type MonitorTarget, number } from './target.js';

/** Bytes by the size letter of a format. */
const SIZES: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, g: 8 };
const MOST = 0x10000;
const ROW = 16;

/** A format as of QEMU's and GDB's `x`: count, then x, d, u, o, c, i or s, and a size, in either order. */
export interface Format {
  readonly count: number;
  readonly kind: string;
  readonly size: number;
}

/** Parses `/8xg`. */
export function parseFormat(text: string): Format {
  const match = /^\/?(\d*)([a-z]*)$/.exec(text);
  if (match === null) throw new MonitorError(`${text}: a format is like /8xg`);
  let [kind, size] = ['x', 0];
  for (const letter of match[2]!)
    if (letter in SIZES) size = SIZES[letter]!;
    else if ('xduocis'.includes(letter)) kind = letter;
    else throw new MonitorError(`/${match[2]}: there are x d u o c i s, and sizes b h w g`);
  const count = match[1] === '' ? 1 : Number(match[1]);
  if (count > MOST) throw new MonitorError(`at most ${MOST} at once`);
  return { count, kind, size: size || (kind === 'c' || kind === 's' ? 1 : 4) };
}

function shown(value: bigint, { kind, size }: Format): string {
  if (kind === 'd') return String(BigInt.asIntN(8 * size, value));
  if (kind === 'u') return String(value);
  if (kind === 'o') return `0${value.toString(8)}`;
  if (kind === 'c') return value >= 0x20n && value < 0x7fn ? `'${String.fromCharCode(Number(value))}'` : hex(value, 2);
  return hex(value, 2 * size);
}

/** `x` and `xp`: memory by virtual or physical address. `symbol` names addresses of instructions. */
export function examine(
  target: MonitorTarget,
  cpu: MonitorCpu,
  format: Format,
  argument: string | undefined,
  physical: boolean,
): string {
  const start = number(argument, physical ? 'xp' : 'x');
  const memory = new GuestMemory(target);
  const read = (at: bigint, size: number): Uint8Array =>
    physical ? memory.readPhysical(Number(at), size) : memory.read(cpu, at, size);
  const { count, kind, size } = format;
  if (kind === 'i') {
    const rows: string[] = [];
    for (let i = 0; i < count; i++) {
      const at = start + BigInt(4 * i);
      const word = new DataView(read(at, 4).buffer).getUint32(0, true);
      rows.push(`${hex(at, 16)}: ${word.toString(16).padStart(8, '0')}  ${target.engine.disassemble(word, at)}`);
    }
    return rows.join('\n');
  }
  if (kind === 's') {
    let text = '';
    for (let at = start; text.length < MOST; at++) {
      const byte = read(at, 1)[0]!;
      if (byte === 0) break;
      text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
    }
    return `${hex(start, 16)}: "${text}"`;
  }
  const bytes = read(start, count * size);
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW) {
    const cells: string[] = [];
    for (let i = at; i < Math.min(at + ROW, bytes.length); i += size) {
      let value = 0n;
      for (let k = size - 1; k >= 0; k--) value = (value << 8n) | BigInt(bytes[i + k]!);
      cells.push(shown(value, format));
    }
    rows.push(`${hex(start + BigInt(at), 16)}: ${cells.join(' ')}`);
  }
  return rows.join('\n');
}
