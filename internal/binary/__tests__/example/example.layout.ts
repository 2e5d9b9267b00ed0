import { array, bits, bytes, chars, f64, i32, layout, struct, u8, u16, u32, u64 } from '@internal/binary/layout';

export const Point = layout('point', 'little', { x: i32('first'), y: u16('second', 'big') });

export const Example = layout('example', 'little', {
  magic: u32('a word'),
  size: u64('a long word'),
  one: u8('a byte'),
  tag: bytes(5, 'raw bytes'),
  name: chars(8, 'padded text'),
  small: bits('u32', { low: 12, high: 20 }, 'packed word'),
  packed: bits('u64', { a: 20, b: 4, c: 40 }, 'packed long word'),
  origin: struct(Point, 'nested'),
  points: array(Point, 2, 'nested, repeated'),
  table: array('u16', 3, 'numbers'),
  longs: array('u64', 2, 'long numbers'),
  ratio: f64('a double'),
});
