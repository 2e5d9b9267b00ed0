import { beforeEach, describe, expect, test } from 'vitest';
import { Pl061 } from '../../src/devices/pl061.js';
import { hostile, TestLine } from './lines.js';

let line: TestLine;
let gpio: Pl061;
const write = (offset: number, value: number): void => gpio.write(offset, 4, value);

beforeEach(() => {
  line = new TestLine();
  gpio = new Pl061(line);
});

describe('PL061', () => {
  test('identifies itself', () => {
    const id = Array.from({ length: 8 }, (_, i) => gpio.read(0xfe0 + 4 * i));
    expect(id).toEqual([0x61, 0x10, 0x04, 0, 0x0d, 0xf0, 0x05, 0xb1]);
  });

  test('the address masks data accesses, and only outputs change', () => {
    const seen: string[] = [];
    gpio.onOutput = (pin, level) => seen.push(`${pin}${level ? '+' : '-'}`);
    write(0x400, 0x0f);
    write(0x3fc, 0xff);
    expect(gpio.read(0x3fc)).toBe(0x0f);
    write(0x05 << 2, 0);
    expect(gpio.read(0x3fc)).toBe(0x0a);
    expect(gpio.read(0x02 << 2)).toBe(0x02);
    expect(seen).toEqual(['0+', '1+', '2+', '3+', '0-', '2-']);
  });

  test('a rising edge on the power button pin interrupts until cleared', () => {
    write(0x40c, 0x08);
    write(0x410, 0x08);
    gpio.setInput(3, true);
    expect([line.level, gpio.read(0x414), gpio.read(0x418), gpio.read(0x3fc)]).toEqual([true, 8, 8, 8]);
    write(0x41c, 0x08);
    expect(line.level).toBe(false);
    gpio.setInput(3, false);
    expect(line.level).toBe(false);
  });

  test('both edges, falling edges, masked pins', () => {
    write(0x408, 0x01);
    write(0x410, 0x03);
    gpio.setInput(0, true);
    expect(gpio.read(0x414)).toBe(1);
    write(0x41c, 0xff);
    gpio.setInput(0, false);
    expect(gpio.read(0x414)).toBe(1);
    write(0x41c, 0xff);
    gpio.setInput(1, true);
    expect(gpio.read(0x414)).toBe(0);
    gpio.setInput(1, false);
    expect(gpio.read(0x414)).toBe(2);
    gpio.setInput(2, true);
    gpio.setInput(2, false);
    expect([gpio.read(0x414), gpio.read(0x418)]).toEqual([6, 2]);
  });

  test('a level interrupt comes back while the pin holds', () => {
    write(0x404, 0x10);
    write(0x40c, 0x10);
    write(0x410, 0x10);
    gpio.setInput(4, true);
    write(0x41c, 0x10);
    expect(line.level).toBe(true);
    gpio.setInput(4, false);
    write(0x41c, 0x10);
    expect(line.level).toBe(false);
  });

  test('hostile accesses', () => {
    const next = hostile(3);
    for (let i = 0; i < 5000; i++) {
      gpio.write((next() % 0x1000) & ~3, 4, next());
      gpio.setInput(next() & 7, (next() & 1) === 1);
      expect(gpio.read((next() % 0x1000) & ~3) & ~0xff).toBe(0);
    }
    gpio.reset();
    expect(line.level).toBe(false);
  });
});
