import { describe, expect, test } from 'vitest';
import { SerialPort } from '../../../src/devices/serial-port.js';
import { VirtioConsole } from '../../../src/devices/virtio/console.js';
import { Driver, RAM } from './driver.js';

function create(): { driver: Driver; port: SerialPort; output: () => string } {
  const port = new SerialPort();
  let text = '';
  port.output = byte => {
    text += String.fromCharCode(byte);
  };
  return { driver: new Driver(bus => new VirtioConsole(bus, port), 2), port, output: () => text };
}
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('virtio-console', () => {
  test('sends', () => {
    const { driver, output } = create();
    driver.start();
    driver.queue(1, [{ bytes: ascii('hello ') }, { bytes: ascii('world') }]);
    expect(output()).toBe('hello world');
    expect(driver.used(1)).toEqual([0, 0]);
  });

  test('receives what was typed before and after buffers came, and keeps the rest', () => {
    const { driver, port } = create();
    port.receive(ascii('abc'));
    driver.start();
    const [first] = driver.queue(0, [{ room: 2 }]);
    expect(driver.used(0)).toEqual([0, 2]);
    const [second] = driver.queue(0, [{ room: 8 }], 1);
    expect(driver.used(0)).toEqual([1, 1]);
    expect(String.fromCharCode(...driver.bytes(first!, 2), ...driver.bytes(second!, 1))).toBe('abc');
    driver.queue(0, [{ room: 8 }], 2);
    expect(driver.used(0)).toBeUndefined();
    port.receive(ascii('xyz'));
    expect(driver.used(0)).toEqual([2, 3]);
    expect(driver.line.level).toBe(true);
  });

  test('more than 64 KiB in one request breaks the device', () => {
    const { driver, output } = create();
    driver.start();
    driver.descriptor(1, 0, RAM, 0x8000, 1, 1);
    driver.descriptor(1, 1, RAM, 0x8000, 0);
    driver.offer(1, 0);
    expect([output().length, driver.read(0x70) & 0x40]).toEqual([0x10000, 0]);
    driver.descriptor(1, 1, RAM, 0x8001, 0);
    driver.offer(1, 0);
    expect([output().length, driver.read(0x70) & 0x40]).toEqual([0x10000, 0x40]);
  });

  test('emergency write', () => {
    const { driver, output } = create();
    driver.write(0x108, 0x21);
    expect(output()[0]).toBe('!');
  });
});
