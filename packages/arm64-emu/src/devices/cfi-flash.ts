import type { HostMemory } from './bus.js';
import type { AccessSize, Device } from './device.js';

/** Bytes that one erase clears: 128 KiB in each of the two chips. */
const BLOCK = 0x40000;
/** Bytes that one buffered program may cover. */
const BUFFER = 0x1000;
const READY = 0x80;
const SEQUENCE_ERROR = 0x30;

/** CFI query table (JESD68) from word 0x10: a pair of 16-bit Intel chips; see the comments for the sizes. */
function queryTable(size: number): Uint8Array {
  const table = new Uint8Array(0x52);
  const blocks = size / BLOCK - 1;
  const put = (at: number, ...values: number[]): void => table.set(values, at);
  put(0x10, 0x51, 0x52, 0x59); // "QRY"
  put(0x13, 0x01, 0x00, 0x31); // Intel command set, extended table at 0x31
  put(0x1b, 0x45, 0x55); // supply voltage
  put(0x1f, 0x07, 0x07, 0x0a, 0x00, 0x04, 0x04, 0x04); // typical and longest times
  put(0x27, Math.log2(size / 2)); // bytes of one chip, as a power of two
  put(0x28, 0x02, 0x00, 0x0b, 0x00); // 16 bits wide, buffer of 2 KiB
  put(0x2c, 0x01, blocks & 0xff, blocks >> 8, (BLOCK / 2 / 256) & 0xff, BLOCK / 2 / 65536); // one region of blocks
  put(0x31, 0x50, 0x52, 0x49, 0x31, 0x30); // "PRI", version 1.0
  put(0x3f, 0x01); // one protection register field
  return table;
}

/** Options of {@link CfiFlash}. */
export interface CfiFlashOptions {
  readonly name: string;
  /** Bytes: a power of two, 512 KiB or more. */
  readonly size: number;
  readonly memory: HostMemory;
  /** Offset of the contents in `memory`. */
  readonly host: number;
  /** Called with true when reads are of the contents again, and with false when they answer a command. */
  readonly onMode: (array: boolean) => void;
  /** Ignores programming and erasing. */
  readonly readOnly?: boolean;
}

type Mode = 'array' | 'status' | 'id' | 'query';
/** The second and later writes of a command. */
type Step = 'command' | 'program' | 'erase' | 'lock' | 'count' | 'buffer' | 'confirm';

/**
 * A bank of parallel NOR flash with the Intel command set, as `virt` has it: two 16-bit chips side by side,
 * which get every command twice. Programming stores what is written, like QEMU, and takes no time.
 *
 * @example
 * const flash = new CfiFlash({ name: 'flash0', size: 0x4000000, memory: bus.memory, host, onMode: a => bus.setDirectRead(region, a) });
 * const region = bus.mapRom(0, flash, host);
 */
export class CfiFlash implements Device {
  /** See {@link Stateful}. */
  readonly stateFields = ['mode', 'step', 'status', 'remaining', 'bufferStart', 'pending'];
  readonly name: string;
  readonly size: number;
  private readonly query: Uint8Array;
  private mode: Mode = 'array';
  private step: Step = 'command';
  private status = READY;
  /** Words that a buffered program still takes, and where the block that it may cover begins. */
  private remaining = 0;
  private bufferStart = -1;
  private pending: { readonly offset: number; readonly size: AccessSize; readonly value: number }[] = [];

  constructor(private readonly options: CfiFlashOptions) {
    this.name = options.name;
    this.size = options.size;
    this.query = queryTable(options.size);
  }

  reset(): void {
    this.status = READY;
    this.enter('array');
  }

  read(offset: number, size: AccessSize): number {
    const index = offset >> 2;
    switch (this.mode) {
      case 'array': {
        const { bytes } = this.options.memory;
        let value = 0;
        for (let i = size - 1; i >= 0; i--) value = (value << 8) | bytes[this.options.host + offset + i]!;
        return value;
      }
      case 'status':
        return twice(this.status, size);
      case 'id': {
        const register = index & 0x3f;
        return twice(register === 0 ? 0x89 : register === 1 ? 0x18 : 0, size);
      }
      case 'query':
        return twice(this.query[index] ?? 0, size);
    }
  }

  write(offset: number, size: AccessSize, value: number): void {
    const command = value & 0xff;
    switch (this.step) {
      case 'command':
        this.command(command);
        break;
      case 'program':
        this.program(offset, size, value);
        this.step = 'command';
        break;
      case 'erase':
        if (command === 0xd0) this.erase(offset - (offset % BLOCK));
        else if (command !== 0xff) this.status |= SEQUENCE_ERROR;
        this.finish(command);
        break;
      case 'lock':
        if (command !== 0xd0 && command !== 0x01 && command !== 0xff) this.status |= SEQUENCE_ERROR;
        this.finish(command);
        break;
      case 'count':
        this.remaining = Math.min((value & 0xffff) + 1, BUFFER / 2);
        this.bufferStart = -1;
        this.pending = [];
        this.step = 'buffer';
        break;
      case 'buffer':
        if (this.bufferStart < 0) this.bufferStart = offset - (offset % BUFFER);
        // Words outside the buffer's block are an error and lost.
        if (offset - (offset % BUFFER) === this.bufferStart) this.pending.push({ offset, size, value });
        else this.status |= SEQUENCE_ERROR;
        if (--this.remaining === 0) this.step = 'confirm';
        break;
      case 'confirm':
        if (command === 0xd0) for (const word of this.pending) this.program(word.offset, word.size, word.value);
        else this.status |= SEQUENCE_ERROR;
        this.pending = [];
        this.step = 'command';
        break;
    }
  }

  private command(command: number): void {
    switch (command) {
      case 0x10:
      case 0x40:
        this.enter('status', 'program');
        break;
      case 0x20:
        this.enter('status', 'erase');
        break;
      case 0x50:
        this.status = READY;
        this.enter('array');
        break;
      case 0x60:
        this.enter('status', 'lock');
        break;
      case 0x70:
        this.enter('status');
        break;
      case 0x90:
        this.enter('id');
        break;
      case 0x98:
        this.enter('query');
        break;
      case 0xe8:
        this.enter('status', 'count');
        break;
      default:
        this.enter('array');
    }
  }

  private finish(command: number): void {
    if (command === 0xff) this.enter('array');
    else this.step = 'command';
  }

  /** Reads go where the mode says. */
  restored(): void {
    this.options.onMode(this.mode === 'array');
  }

  private enter(mode: Mode, step: Step = 'command'): void {
    const changed = (mode === 'array') !== (this.mode === 'array');
    this.mode = mode;
    this.step = step;
    if (changed) this.options.onMode(mode === 'array');
  }

  private program(offset: number, size: AccessSize, value: number): void {
    const { memory, host, readOnly } = this.options;
    if (readOnly) return;
    for (let i = 0; i < size; i++) memory.bytes[host + offset + i] = value >>> (8 * i);
    memory.changed?.(host + offset, size);
  }

  private erase(start: number): void {
    const { memory, host, readOnly } = this.options;
    if (readOnly) return;
    memory.bytes.fill(0xff, host + start, host + start + BLOCK);
    memory.changed?.(host + start, BLOCK);
  }
}

/** The same 16 bits from both chips. */
function twice(value: number, size: AccessSize): number {
  return size === 4 ? value | (value << 16) : value;
}
