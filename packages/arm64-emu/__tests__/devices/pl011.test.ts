import { beforeEach, describe, expect, test } from 'vitest';
import { Pl011 } from '../../src/devices/pl011.js';
import { SerialPort } from '../../src/devices/serial-port.js';
import { hostile, TestLine } from './lines.js';

let port: SerialPort;
let line: TestLine;
let uart: Pl011;
let sent: number[];
const type = (text: string): void => port.receive(new TextEncoder().encode(text));
const write = (offset: number, value: number): void => uart.write(offset, 4, value);

beforeEach(() => {
  port = new SerialPort();
  line = new TestLine();
  sent = [];
  port.output = byte => sent.push(byte);
  uart = new Pl011(port, line);
});

describe('PL011', () => {
  test('identifies itself, with the documented reset values', () => {
    const id = Array.from({ length: 8 }, (_, i) => uart.read(0xfe0 + 4 * i));
    expect(id).toEqual([0x11, 0x10, 0x14, 0, 0x0d, 0xf0, 0x05, 0xb1]);
    expect([uart.read(0x18), uart.read(0x30), uart.read(0x34)]).toEqual([0x90, 0x300, 0x12]);
  });

  test('sends, polled', () => {
    for (const c of 'hi\n') write(0, 0xf00 | c.charCodeAt(0));
    expect(sent).toEqual([0x68, 0x69, 0x0a]);
    expect(uart.read(0x18) & 0xa0).toBe(0x80);
  });

  test('sends with the transmit interrupt', () => {
    write(0x38, 0x20);
    expect(line.level).toBe(false);
    write(0, 0x41);
    expect([line.level, uart.read(0x3c), uart.read(0x40)]).toEqual([true, 0x20, 0x20]);
    write(0x44, 0x20);
    expect([line.level, uart.read(0x40)]).toEqual([false, 0]);
  });

  test('receives through a FIFO of one, then of sixteen, and loses nothing', () => {
    type('abcdefghijklmnopqrstuvwxyz');
    expect(uart.read(0x18)).toBe(0xc0);
    expect(port.pending).toBe(25);
    expect(uart.read(0)).toBe(0x61);
    expect(uart.read(0)).toBe(0x62);
    // The FIFO is emptied when FEN changes: 'c' goes.
    write(0x2c, 0x70);
    expect(uart.read(0x18)).toBe(0xc0);
    expect(port.pending).toBe(7);
    let text = '';
    while ((uart.read(0x18) & 0x10) === 0) text += String.fromCharCode(uart.read(0));
    expect(text).toBe('defghijklmnopqrstuvwxyz');
    expect(uart.read(0)).toBe(0);
  });

  test('receives with an interrupt that ends when the FIFO is empty', () => {
    write(0x2c, 0x10);
    type('x');
    expect([line.level, uart.read(0x3c)]).toEqual([false, 0x10]);
    write(0x38, 0x50);
    expect(line.level).toBe(true);
    type('y');
    uart.read(0);
    expect(line.level).toBe(true);
    uart.read(0);
    expect(line.level).toBe(false);
    type('z');
    write(0x44, 0x7ff);
    expect(line.level).toBe(false);
    type('!');
    expect(line.level).toBe(true);
  });

  test('registers keep what they can hold', () => {
    const masks: Record<number, number> = { 36: 0xffff, 40: 0x3f, 44: 0xff, 48: 0xffff, 52: 0x3f, 56: 0x7ff };
    for (const [offset, mask] of Object.entries(masks)) {
      write(Number(offset), 0xffffffff);
      expect(uart.read(Number(offset))).toBe(mask);
    }
    uart.reset();
    expect([uart.read(0x2c), uart.read(0x30), uart.read(0x38), line.level]).toEqual([0, 0x300, 0, false]);
  });

  test('hostile accesses', () => {
    const next = hostile(7);
    for (let i = 0; i < 5000; i++) {
      uart.write((next() % 0x1000) & ~3, 4, next());
      if (i % 7 === 0) port.receive(Uint8Array.of(next()));
      expect(uart.read((next() % 0x1000) & ~3)).toBeLessThan(2 ** 32);
    }
  });
});

describe('serial port', () => {
  test('keeps order over many bytes', () => {
    const quiet = new SerialPort();
    quiet.receive(Uint8Array.from({ length: 10000 }, (_, i) => i));
    for (let i = 0; i < 10000; i++) expect(quiet.take()).toBe(i & 0xff);
    expect(quiet.take()).toBeUndefined();
  });
});
