import type { AccessSize, Clock, Device, InterruptLine, Timer } from './device.js';
import { primeCellId } from './primecell.js';

const SECOND = 1_000_000_000n;

/**
 * Arm PrimeCell real time clock PL031 (DDI 0224): seconds since 1970 in 32 bits, with one alarm.
 *
 * @example
 * bus.map(0x09010000, new Pl031(clock, gic.spi(2), 1700000000));
 */
export class Pl031 implements Device {
  /** See {@link Stateful}. */
  readonly stateFields = ['base', 'match', 'load', 'mask', 'raw', 'alarmAt'];
  readonly name = 'pl031';
  readonly size = 0x1000;
  /** What the counter shows at virtual time 0, in seconds. */
  private base: number;
  private match = 0;
  private load = 0;
  private mask = 0;
  private raw = 0;
  private alarm: Timer | undefined;
  /** Virtual time of the alarm. */
  private alarmAt: bigint | undefined;

  /** @param epoch seconds since 1970 when the machine starts */
  constructor(
    private readonly clock: Clock,
    private readonly line: InterruptLine,
    private readonly epoch = 0,
  ) {
    this.base = epoch >>> 0;
  }

  reset(): void {
    this.base = this.epoch >>> 0;
    this.match = this.load = this.mask = this.raw = 0;
    this.cancelAlarm();
    this.update();
  }

  read(offset: number): number {
    switch (offset) {
      case 0x00:
        return this.counter();
      case 0x04:
        return this.match;
      case 0x08:
        return this.load;
      case 0x0c:
        return 1;
      case 0x10:
        return this.mask;
      case 0x14:
        return this.raw;
      case 0x18:
        return this.raw & this.mask;
      default:
        return offset >= 0xfe0 ? primeCellId(offset, 0x31, 0x10, 0x14) : 0;
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    switch (offset) {
      case 0x04:
        this.match = value;
        this.arm();
        break;
      case 0x08:
        this.load = value;
        this.base = (this.base + value - this.counter()) >>> 0;
        this.arm();
        break;
      case 0x10:
        this.mask = value & 1;
        this.update();
        break;
      case 0x1c:
        this.raw = 0;
        this.update();
        break;
    }
  }

  private counter(): number {
    return (this.base + Number((this.clock.now() / SECOND) & 0xffffffffn)) >>> 0;
  }

  /** Schedules the match; a value in the past comes round in 2^32 seconds. */
  private arm(): void {
    this.cancelAlarm();
    const seconds = (this.match - this.counter()) >>> 0;
    if (seconds === 0) {
      this.fire();
      return;
    }
    this.alarmAt = (this.clock.now() / SECOND + BigInt(seconds)) * SECOND;
    this.restored();
  }

  private cancelAlarm(): void {
    this.alarm?.cancel();
    this.alarm = undefined;
    this.alarmAt = undefined;
  }

  /** Schedules the alarm. */
  restored(): void {
    this.alarm?.cancel();
    this.alarm = undefined;
    if (this.alarmAt === undefined) return;
    this.alarm = this.clock.schedule(this.alarmAt, () => {
      this.alarm = this.alarmAt = undefined;
      this.fire();
    });
  }
  get scheduledCalls(): number {
    return this.alarm === undefined ? 0 : 1;
  }

  private fire(): void {
    this.raw = 1;
    this.update();
  }

  private update(): void {
    this.line.set((this.raw & this.mask) !== 0);
  }
}
