import { beforeEach, describe, expect, test } from 'vitest';
import { Pl031 } from '../../src/devices/pl031.js';
import { ManualClock } from './clock.js';
import { TestLine } from './lines.js';

const SECOND = 1_000_000_000n;
let clock: ManualClock;
let line: TestLine;
let rtc: Pl031;
const write = (offset: number, value: number): void => rtc.write(offset, 4, value);

beforeEach(() => {
  clock = new ManualClock();
  line = new TestLine();
  rtc = new Pl031(clock, line, 1_700_000_000);
});

describe('PL031', () => {
  test('identifies itself and is always enabled', () => {
    const id = Array.from({ length: 8 }, (_, i) => rtc.read(0xfe0 + 4 * i));
    expect(id).toEqual([0x31, 0x10, 0x14, 0, 0x0d, 0xf0, 0x05, 0xb1]);
    write(0x0c, 0);
    expect(rtc.read(0x0c)).toBe(1);
  });

  test('counts seconds of virtual time from its epoch', () => {
    expect(rtc.read(0)).toBe(1_700_000_000);
    clock.advance(SECOND - 1n);
    expect(rtc.read(0)).toBe(1_700_000_000);
    clock.advance(1n);
    expect(rtc.read(0)).toBe(1_700_000_001);
    write(0x08, 0xffffffff);
    expect([rtc.read(0), rtc.read(0x08)]).toEqual([0xffffffff, 0xffffffff]);
    clock.advance(3n * SECOND);
    expect(rtc.read(0)).toBe(2);
  });

  test('raises the alarm at the match', () => {
    write(0x04, 1_700_000_005);
    write(0x10, 1);
    clock.advance(5n * SECOND - 1n);
    expect(line.level).toBe(false);
    clock.advance(1n);
    expect([line.level, rtc.read(0x14), rtc.read(0x18)]).toEqual([true, 1, 1]);
    write(0x1c, 1);
    expect([line.level, rtc.read(0x14)]).toEqual([false, 0]);
  });

  test('the mask hides the interrupt, a new match replaces the old one, reset forgets it', () => {
    write(0x04, 1_700_000_002);
    write(0x04, 1_700_000_009);
    clock.advance(5n * SECOND);
    expect(rtc.read(0x14)).toBe(0);
    clock.advance(5n * SECOND);
    expect([rtc.read(0x14), rtc.read(0x18), line.level]).toEqual([1, 0, false]);
    write(0x10, 1);
    expect(line.level).toBe(true);
    write(0x04, rtc.read(0) + 1);
    rtc.reset();
    clock.advance(100n * SECOND);
    expect([line.level, rtc.read(0x14)]).toEqual([false, 0]);
  });

  test('a match with now fires at once; one in the past comes round', () => {
    write(0x10, 1);
    write(0x04, 1_700_000_000);
    expect(line.level).toBe(true);
    write(0x1c, 1);
    write(0x04, 1_699_999_999);
    clock.advance((2n ** 32n - 2n) * SECOND);
    expect(line.level).toBe(false);
    clock.advance(SECOND);
    expect(line.level).toBe(true);
  });
});
