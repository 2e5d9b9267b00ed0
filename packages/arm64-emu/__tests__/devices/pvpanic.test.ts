import { expect, test } from 'vitest';
import { Bus } from '../../src/devices/bus.js';
import { PvPanic } from '../../src/devices/pvpanic.js';

test('pvpanic tells what it knows and reports what is written', () => {
  const events: string[] = [];
  const bus = new Bus({ bytes: new Uint8Array(0) });
  bus.map(0x20070000, new PvPanic(event => events.push(event)));
  expect([bus.load(0x20070000, 1), bus.load(0x20070001, 1), bus.load(0x20070000, 4)]).toEqual([3, 0, undefined]);
  for (const value of [0, 4, 2, 1, 3]) bus.store(0x20070000, 1, value);
  bus.store(0x20070001, 1, 1);
  expect(events).toEqual(['crash-loaded', 'panicked', 'panicked']);
});
