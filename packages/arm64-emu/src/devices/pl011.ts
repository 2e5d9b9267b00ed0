import type { AccessSize, Device, InterruptLine } from './device.js';
import { primeCellId } from './primecell.js';
import type { SerialPort } from './serial-port.js';

const DEPTH = 16;
const FR_RXFE = 0x10;
const FR_RXFF = 0x40;
const FR_TXFE = 0x80;
const LCR_FEN = 0x10;
const INT_RX = 0x10;
const INT_TX = 0x20;
const INT_ALL = 0x7ff;

/**
 * Arm PrimeCell UART PL011 (DDI 0183). Bytes leave at once and arrive without delay, so the transmit FIFO
 * is always empty; the receive interrupt comes with the first byte, whatever level UARTIFLS selects,
 * as in QEMU. Polled and interrupt-driven use both work.
 *
 * @example
 * const port = new SerialPort();
 * bus.map(0x09000000, new Pl011(port, gic.spi(1)));
 */
export class Pl011 implements Device {
  /** See {@link Stateful}. */
  readonly stateFields = [
    'port',
    'fifo',
    'head',
    'count',
    'raw',
    'mask',
    'lineControl',
    'control',
    'fifoLevels',
    'lowPower',
    'integerBaud',
    'fractionalBaud',
    'dmaControl',
  ];
  readonly name = 'pl011';
  readonly size = 0x1000;
  private readonly fifo = new Uint8Array(DEPTH);
  private head = 0;
  private count = 0;
  private raw = 0;
  private mask = 0;
  private lineControl = 0;
  private control = 0x300;
  private fifoLevels = 0x12;
  private lowPower = 0;
  private integerBaud = 0;
  private fractionalBaud = 0;
  private dmaControl = 0;

  constructor(
    private readonly port: SerialPort,
    private readonly line: InterruptLine,
  ) {
    port.onInput = () => this.fill();
  }

  reset(): void {
    this.head = this.count = this.raw = this.mask = this.lineControl = 0;
    this.lowPower = this.integerBaud = this.fractionalBaud = this.dmaControl = 0;
    this.control = 0x300;
    this.fifoLevels = 0x12;
    this.update();
  }

  read(offset: number): number {
    switch (offset) {
      case 0x00:
        return this.pop();
      case 0x18:
        return FR_TXFE | (this.count === 0 ? FR_RXFE : 0) | (this.count >= this.depth ? FR_RXFF : 0);
      case 0x20:
        return this.lowPower;
      case 0x24:
        return this.integerBaud;
      case 0x28:
        return this.fractionalBaud;
      case 0x2c:
        return this.lineControl;
      case 0x30:
        return this.control;
      case 0x34:
        return this.fifoLevels;
      case 0x38:
        return this.mask;
      case 0x3c:
        return this.raw;
      case 0x40:
        return this.raw & this.mask;
      case 0x48:
        return this.dmaControl;
      default:
        return offset >= 0xfe0 ? primeCellId(offset, 0x11, 0x10, 0x14) : 0;
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    switch (offset) {
      case 0x00:
        this.port.output?.(value & 0xff);
        this.raw |= INT_TX;
        this.update();
        break;
      case 0x20:
        this.lowPower = value & 0xff;
        break;
      case 0x24:
        this.integerBaud = value & 0xffff;
        break;
      case 0x28:
        this.fractionalBaud = value & 0x3f;
        break;
      case 0x2c:
        // Turning the FIFO on or off empties it.
        if ((this.lineControl ^ value) & LCR_FEN) this.head = this.count = 0;
        this.lineControl = value & 0xff;
        this.fill();
        break;
      case 0x30:
        this.control = value & 0xffff;
        break;
      case 0x34:
        this.fifoLevels = value & 0x3f;
        break;
      case 0x38:
        this.mask = value & INT_ALL;
        this.update();
        break;
      case 0x44:
        this.raw &= ~value;
        this.update();
        break;
      case 0x48:
        this.dmaControl = value & 7;
        break;
    }
  }

  private get depth(): number {
    return this.lineControl & LCR_FEN ? DEPTH : 1;
  }

  /** Takes what waits in the port while there is room. */
  private fill(): void {
    while (this.count < this.depth) {
      const byte = this.port.take();
      if (byte === undefined) break;
      this.fifo[(this.head + this.count++) % DEPTH] = byte;
      this.raw |= INT_RX;
    }
    this.update();
  }

  private pop(): number {
    if (this.count === 0) return 0;
    const byte = this.fifo[this.head]!;
    this.head = (this.head + 1) % DEPTH;
    if (--this.count === 0) this.raw &= ~INT_RX;
    this.fill();
    return byte;
  }

  private update(): void {
    this.line.set((this.raw & this.mask) !== 0);
  }
}
