import type { AccessSize, Device, InterruptLine } from './device.js';
import type { HostInput, InputGate } from './host-input.js';
import { primeCellId } from './primecell.js';

/**
 * Arm PrimeCell GPIO PL061 (DDI 0190): eight pins. Pins that nobody drives read 0.
 *
 * @example
 * const gpio = new Pl061(gic.spi(7));
 * bus.map(0x09030000, gpio);
 * gpio.setInput(3, true); // the power button of `virt`
 */
export class Pl061 implements Device, HostInput {
  /** See {@link Stateful}. */
  readonly stateFields = [
    'inputs',
    'outputs',
    'data',
    'direction',
    'sense',
    'bothEdges',
    'event',
    'mask',
    'raw',
    'alternate',
  ];
  readonly name = 'pl061';
  readonly size = 0x1000;
  /** See {@link HostInput}. */
  readonly hostInput = 'gpio';
  gate: InputGate | undefined;
  /** Called when an output pin changes level. */
  onOutput: ((pin: number, level: boolean) => void) | undefined;
  private inputs = 0;
  private outputs = 0;
  private data = 0;
  private direction = 0;
  /** GPIOIS: 1 is level-sensitive. */
  private sense = 0;
  private bothEdges = 0;
  /** GPIOIEV: 1 is rising or high. */
  private event = 0;
  private mask = 0;
  private raw = 0;
  private alternate = 0;

  constructor(private readonly line: InterruptLine) {}

  /** Drives input pin 0 to 7 from outside. */
  setInput(pin: number, level: boolean): void {
    const bytes = Uint8Array.of(pin & 7, level ? 1 : 0);
    if (this.gate?.arrives(bytes) !== true) this.enter(bytes);
  }
  enter([pin, level]: Uint8Array): void {
    const bit = 1 << pin!;
    this.inputs = level ? this.inputs | bit : this.inputs & ~bit;
    this.update();
  }

  reset(): void {
    this.data = this.direction = this.sense = this.bothEdges = this.event = this.mask = this.raw = this.alternate = 0;
    this.update();
  }

  read(offset: number): number {
    if (offset < 0x400) return this.data & (offset >> 2);
    switch (offset) {
      case 0x400:
        return this.direction;
      case 0x404:
        return this.sense;
      case 0x408:
        return this.bothEdges;
      case 0x40c:
        return this.event;
      case 0x410:
        return this.mask;
      case 0x414:
        return this.raw;
      case 0x418:
        return this.raw & this.mask;
      case 0x420:
        return this.alternate;
      default:
        return offset >= 0xfe0 ? primeCellId(offset, 0x61, 0x10, 0x04) : 0;
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const byte = value & 0xff;
    if (offset < 0x400) {
      // Address bits 9:2 select the pins that change, and only outputs do.
      const pins = (offset >> 2) & this.direction;
      this.data = (this.data & ~pins) | (byte & pins);
    } else
      switch (offset) {
        case 0x400:
          this.direction = byte;
          break;
        case 0x404:
          this.sense = byte;
          break;
        case 0x408:
          this.bothEdges = byte;
          break;
        case 0x40c:
          this.event = byte;
          break;
        case 0x410:
          this.mask = byte;
          break;
        case 0x41c:
          this.raw &= ~byte;
          break;
        case 0x420:
          this.alternate = byte;
          break;
        default:
          return;
      }
    this.update();
  }

  private update(): void {
    const { direction } = this;
    const outputs = this.data & direction;
    const driven = outputs ^ this.outputs;
    this.outputs = outputs;
    for (let pin = 0; pin < 8; pin++) if ((driven >> pin) & 1) this.onOutput?.(pin, ((outputs >> pin) & 1) === 1);

    const before = this.data;
    this.data = (before & direction) | (this.inputs & ~direction & 0xff);
    const changed = (before ^ this.data) & ~direction;
    const wanted = ~(this.data ^ this.event);
    const edges = changed & ~this.sense & (this.bothEdges | wanted);
    // Level interrupts stay until they are cleared at GPIOIC after the pin went back.
    this.raw |= (edges | (this.sense & ~direction & wanted)) & 0xff;
    this.line.set((this.raw & this.mask) !== 0);
  }
}
