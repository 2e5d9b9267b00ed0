/** Packets of GDB's remote protocol: `$data#sum`, acknowledgements, and the interrupt byte. */

const DOLLAR = 0x24;
const HASH = 0x23;
const ESCAPE = 0x7d;
const STAR = 0x2a;
const INTERRUPT = 0x03;
const PLUS = 0x2b;
/** Data of a packet beyond this are dropped: the client was told less. */
const LIMIT = 0x10000;

/** What came in. */
export type Incoming =
  | { readonly kind: 'packet'; readonly data: Uint8Array }
  | { readonly kind: 'damaged' }
  | { readonly kind: 'interrupt' };

/** Cuts a stream of bytes into packets. */
export class PacketReader {
  private state: 'idle' | 'data' | 'sum' = 'idle';
  private data: number[] = [];
  private sum = 0;
  private digits = '';

  /** What the next bytes complete. */
  *push(bytes: Uint8Array): Generator<Incoming> {
    for (const byte of bytes) {
      if (this.state === 'idle') {
        if (byte === INTERRUPT) yield { kind: 'interrupt' };
        else if (byte === DOLLAR) this.begin();
      } else if (this.state === 'data') {
        if (byte === DOLLAR) this.begin();
        else if (byte === HASH) this.state = 'sum';
        else if (this.data.length < LIMIT) {
          this.sum = (this.sum + byte) & 0xff;
          this.data.push(byte);
        }
      } else {
        this.digits += String.fromCharCode(byte);
        if (this.digits.length < 2) continue;
        this.state = 'idle';
        const good = Number.parseInt(this.digits, 16) === this.sum;
        yield good ? { kind: 'packet', data: unescaped(this.data) } : { kind: 'damaged' };
      }
    }
  }

  private begin(): void {
    this.state = 'data';
    this.data = [];
    this.sum = 0;
    this.digits = '';
  }
}

function unescaped(data: readonly number[]): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < data.length; i++) out.push(data[i] === ESCAPE ? (data[++i] ?? 0) ^ 0x20 : data[i]!);
  return Uint8Array.from(out);
}

/** The bytes of a packet. */
export function packet(data: Uint8Array): Uint8Array {
  const out: number[] = [DOLLAR];
  for (const byte of data) {
    if (byte === DOLLAR || byte === HASH || byte === ESCAPE || byte === STAR) out.push(ESCAPE, byte ^ 0x20);
    else out.push(byte);
  }
  let sum = 0;
  for (let i = 1; i < out.length; i++) sum = (sum + out[i]!) & 0xff;
  const digits = sum.toString(16).padStart(2, '0');
  out.push(HASH, digits.charCodeAt(0), digits.charCodeAt(1));
  return Uint8Array.from(out);
}

/** `+` or `-`. */
export function acknowledgement(good: boolean): Uint8Array {
  return Uint8Array.of(good ? PLUS : 0x2d);
}

/** Bytes as hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** Hexadecimal digits as bytes; undefined when they are not. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}
