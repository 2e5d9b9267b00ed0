import { beforeEach, describe, expect, test } from 'vitest';
import { SamsungUart } from '../../src/devices/samsung-uart.js';
import { SerialPort } from '../../src/devices/serial-port.js';
import { ManualClock } from './clock.js';
import { hostile, TestLine } from './lines.js';

const UCON = 0x04;
const UFCON = 0x08;
const UTRSTAT = 0x10;
const UFSTAT = 0x18;
const UTXH = 0x20;
const URXH = 0x24;
let port: SerialPort;
let clock: ManualClock;
let line: TestLine;
let uart: SamsungUart;
let sent: string;
const write = (offset: number, value: number): void => uart.write(offset, 4, value);
const type = (text: string): void => port.receive(new TextEncoder().encode(text));

beforeEach(() => {
  port = new SerialPort();
  clock = new ManualClock();
  line = new TestLine();
  sent = '';
  port.output = byte => {
    sent += String.fromCharCode(byte);
  };
  uart = new SamsungUart({ port, clock, line });
});

describe('Samsung UART', () => {
  test('polled output as XNU does it', () => {
    for (const [offset, value] of [
      [0x00, 3],
      [UCON, 0x405],
      [0x0c, 0],
      [0x28, 12],
      [UFCON, 3],
      [0x0c, 1],
    ] as const)
      write(offset, value);
    for (const c of 'xnu') {
      expect(uart.read(UTRSTAT) & 6).toBe(6);
      write(UTXH, c.charCodeAt(0));
    }
    expect(sent).toBe('xnu');
    expect([uart.read(0), uart.read(UCON), uart.read(UFCON), uart.read(0x0c), uart.read(0x28)]).toEqual([
      3, 0x405, 1, 1, 12,
    ]);
    expect(line.level).toBe(false);
  });

  test('polled input, with and without FIFO', () => {
    type('ab');
    expect([uart.read(UTRSTAT) & 1, uart.read(UFSTAT)]).toEqual([1, 1]);
    expect(uart.read(URXH)).toBe(0x61);
    expect(uart.read(URXH)).toBe(0x62);
    expect(uart.read(UTRSTAT) & 1).toBe(0);
    write(UFCON, 1);
    type('0123456789abcdefgh');
    expect(uart.read(UFSTAT)).toBe(0x100);
    let text = '';
    while (uart.read(UTRSTAT) & 1) text += String.fromCharCode(uart.read(URXH));
    expect(text).toBe('0123456789abcdefgh');
    type('x');
    write(UFCON, 3);
    expect(uart.read(UFSTAT)).toBe(0);
  });

  test('receive threshold interrupt', () => {
    write(UFCON, 1);
    write(UCON, 0x1005);
    type('abc');
    expect(line.level).toBe(false);
    type('d');
    expect([line.level, uart.read(UTRSTAT) & 0x10]).toEqual([true, 0x10]);
    write(UTRSTAT, 0x10);
    expect(line.level).toBe(true);
    uart.read(URXH);
    write(UTRSTAT, 0x10);
    expect(line.level).toBe(false);
  });

  test('receive timeout interrupt after silence', () => {
    write(UFCON, 1);
    write(UCON, 0x205);
    type('a');
    clock.advance(200_000n);
    type('b');
    clock.advance(200_000n);
    expect(line.level).toBe(false);
    clock.advance(100_000n);
    expect([line.level, uart.read(UTRSTAT) & 8]).toEqual([true, 8]);
    write(UTRSTAT, 8);
    expect(line.level).toBe(false);
    clock.advance(300_000n);
    expect(line.level).toBe(true);
    uart.read(URXH);
    uart.read(URXH);
    write(UTRSTAT, 8);
    clock.advance(1_000_000n);
    expect(line.level).toBe(false);
  });

  test('transmit threshold interrupt', () => {
    write(UCON, 0x2005);
    expect(line.level).toBe(true);
    write(UTRSTAT, 0x20);
    expect(line.level).toBe(false);
    write(UTXH, 0x41);
    expect(line.level).toBe(true);
    uart.reset();
    expect([line.level, uart.read(UCON)]).toEqual([false, 0]);
  });

  test('hostile accesses', () => {
    const next = hostile(51);
    for (let i = 0; i < 5000; i++) {
      uart.write((next() % 0x40) & ~3, 4, next());
      if (i % 5 === 0) port.receive(Uint8Array.of(next()));
      clock.advance(BigInt(next() % 100_000));
      expect(Number.isInteger(uart.read((next() % 0x40) & ~3))).toBe(true);
    }
  });
});
