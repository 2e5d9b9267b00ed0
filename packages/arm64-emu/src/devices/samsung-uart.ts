import { type AccessSize, type Clock, type Device, type InterruptLine, type Timer, unconnected } from './device.js';
import type { SerialPort } from './serial-port.js';

const DEPTH = 16;
/** Bytes at which the receive threshold is reached, by UFCON bits 5:4. */
const RX_TRIGGER = [4, 8, 12, 16] as const;
/** 32 bit times of silence at 115200 baud, in nanoseconds. */
const RX_TIMEOUT = 277_778n;

const UFCON_ENABLE = 1;
const UFCON_RX_RESET = 2;
/** Resets clear themselves. */
const UFCON_KEPT = 0xf1;
const UTRSTAT_RX_READY = 1;
/** Transmit buffer and transmitter empty: always. */
const UTRSTAT_TX_EMPTY = 6;
const UTRSTAT_RX_TIMEOUT = 8;
const UTRSTAT_RX_THRESHOLD = 16;
const UTRSTAT_TX_THRESHOLD = 32;
/** Interrupt enables in UCON and the flags that they let through. */
const ENABLES = [
  [1 << 9, UTRSTAT_RX_TIMEOUT],
  [1 << 12, UTRSTAT_RX_THRESHOLD],
  [1 << 13, UTRSTAT_TX_THRESHOLD],
] as const;

/** Options of {@link SamsungUart}. */
export interface SamsungUartOptions {
  readonly port: SerialPort;
  /** Measures the silence after which the receive timeout comes. */
  readonly clock: Clock;
  readonly line?: InterruptLine;
  /** Bytes of address space; 0x4000 by default. */
  readonly size?: number;
}

/**
 * The UART of Apple's chips, of Samsung's S3C and S5L family (`uart-1,samsung`). Bytes leave at once.
 * All registers are 32 bits wide.
 *
 * @example
 * bus.map(0x235200000, new SamsungUart({ port, clock: machine.time, line: aic.line(0x90) }));
 */
export class SamsungUart implements Device {
  /** See {@link Stateful}. */
  readonly stateFields = ['port', 'fifo', 'registers', 'flags', 'timeoutAt'];
  readonly name = 'samsung-uart';
  readonly size: number;
  private readonly port: SerialPort;
  private readonly line: InterruptLine;
  private fifo: number[] = [];
  /** ULCON, UCON, UFCON, UMCON and UBRDIV: by offset. */
  private readonly registers = new Map<number, number>();
  /** Interrupt flags of UTRSTAT. */
  private flags = 0;
  private timeout: Timer | undefined;
  /** Virtual time of the timeout. */
  private timeoutAt: bigint | undefined;

  constructor(private readonly options: SamsungUartOptions) {
    this.size = options.size ?? 0x4000;
    this.port = options.port;
    this.line = options.line ?? unconnected;
    this.port.onInput = () => this.fill();
  }

  reset(): void {
    this.fifo = [];
    this.registers.clear();
    this.flags = 0;
    this.timeout?.cancel();
    this.timeout = this.timeoutAt = undefined;
    this.update();
  }

  read(offset: number): number {
    switch (offset) {
      case 0x10: // UTRSTAT
        return UTRSTAT_TX_EMPTY | (this.fifo.length > 0 ? UTRSTAT_RX_READY : 0) | this.flags;
      case 0x18: // UFSTAT: count, and a flag for 16 of them
        return (this.fifo.length & 15) | (this.fifo.length >= DEPTH ? 0x100 : 0);
      case 0x24: {
        // URXH
        const byte = this.fifo.shift() ?? 0;
        this.fill();
        return byte;
      }
      default:
        return this.registers.get(offset) ?? 0;
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    switch (offset) {
      case 0x04: {
        // UCON; enabling the transmit interrupt of an empty FIFO raises it.
        const enabled = value & ~this.control;
        this.registers.set(offset, value);
        if (enabled & (1 << 13)) this.flags |= UTRSTAT_TX_THRESHOLD;
        this.update();
        break;
      }
      case 0x08: // UFCON
        if (value & UFCON_RX_RESET) this.fifo = [];
        this.registers.set(offset, value & UFCON_KEPT);
        this.fill();
        break;
      case 0x10: // UTRSTAT
        this.flags &= ~value;
        this.fill();
        break;
      case 0x20: // UTXH
        this.port.output?.(value & 0xff);
        this.flags |= UTRSTAT_TX_THRESHOLD;
        this.update();
        break;
      case 0x00:
      case 0x0c:
      case 0x28:
        this.registers.set(offset, value);
        break;
    }
  }

  private get control(): number {
    return this.registers.get(0x04) ?? 0;
  }

  /** Takes what waits in the port while there is room, and sees to the receive flags. */
  private fill(): void {
    const control = this.registers.get(0x08) ?? 0;
    const depth = control & UFCON_ENABLE ? DEPTH : 1;
    let arrived = false;
    while (this.fifo.length < depth) {
      const byte = this.port.take();
      if (byte === undefined) break;
      this.fifo.push(byte);
      arrived = true;
    }
    const trigger = control & UFCON_ENABLE ? RX_TRIGGER[((control >> 4) & 3) as 0 | 1 | 2 | 3] : 1;
    if (this.fifo.length >= trigger) this.flags |= UTRSTAT_RX_THRESHOLD;
    if (arrived || (this.fifo.length > 0 && !(this.flags & UTRSTAT_RX_TIMEOUT))) this.armTimeout(arrived);
    this.update();
  }

  private armTimeout(restart: boolean): void {
    const { clock } = this.options;
    if (this.timeout !== undefined && !restart) return;
    this.timeoutAt = clock.now() + RX_TIMEOUT;
    this.restored();
  }

  /** Schedules the timeout. */
  restored(): void {
    this.timeout?.cancel();
    this.timeout = undefined;
    if (this.timeoutAt === undefined) return;
    this.timeout = this.options.clock.schedule(this.timeoutAt, () => {
      this.timeout = this.timeoutAt = undefined;
      if (this.fifo.length === 0) return;
      this.flags |= UTRSTAT_RX_TIMEOUT;
      this.update();
    });
  }
  get scheduledCalls(): number {
    return this.timeout === undefined ? 0 : 1;
  }

  private update(): void {
    this.line.set(ENABLES.some(([enable, flag]) => this.control & enable && this.flags & flag));
  }
}
