import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { BinaryError, type Fail } from '@internal/binary';
import type { Layout } from '@internal/binary/layout';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parserOf } from '../layout-generator.js';
import { layoutFiles } from '../layouts.js';

class TestError extends BinaryError {}
const fail: Fail = (code, reason, init) => new TestError('TestError', code, reason, init);

type Read = (bytes: Uint8Array, at: number, fail: Fail, path?: string, base?: number) => Record<string, unknown>;
type Write = (value: Record<string, unknown>, bytes: Uint8Array, at: number, fail: Fail) => void;

const files = await layoutFiles();
const bytesOf = (layout: Layout) => fc.uint8Array({ minLength: layout.size, maxLength: layout.size });
const lossless = (layout: Layout): boolean =>
  Object.values(layout.fields).every(field => {
    if (field.kind === 'struct') return lossless(field.layout);
    if (field.kind === 'array') return typeof field.of === 'string' || lossless(field.of);
    // Text drops what follows its NUL; a float may lose a NaN's payload.
    return field.kind !== 'chars' && field.kind !== 'f32' && field.kind !== 'f64';
  });

describe.each(files)('$file', ({ target, layouts, text }) => {
  it('has an up-to-date generated neighbour (npm run layouts)', () => {
    expect(readFileSync(target, 'utf8')).toBe(text);
  });

  describe.each(Object.entries(layouts))('%s', (name, layout) => {
    const functions = async () => {
      const module: Record<string, unknown> = await import(/* @vite-ignore */ pathToFileURL(target).href);
      return { read: module[`read${name}`] as Read, write: module[`write${name}`] as Write };
    };

    it('reads what binary-parser reads at run time', async () => {
      const { read } = await functions();
      const parser = parserOf(layout);
      fc.assert(
        fc.property(bytesOf(layout), bytes => {
          const live = parser.parse(bytes) as Record<string, unknown>;
          const ours = read(bytes, 0, fail);
          expect(Object.keys(ours)).toEqual(Object.keys(layout.fields));
          for (const [key, field] of Object.entries(layout.fields))
            if (
              !['chars', 'bits', 'struct'].includes(field.kind) &&
              !(field.kind === 'array' && typeof field.of !== 'string')
            )
              expect(ours[key]).toEqual(live[key]);
        }),
        { numRuns: 50 },
      );
    });

    it('writes back what it read', async () => {
      const { read, write } = await functions();
      fc.assert(
        fc.property(bytesOf(layout), bytes => {
          const value = read(bytes, 0, fail);
          const copy = new Uint8Array(layout.size + 3).fill(0xaa);
          write(value, copy, 2, fail);
          if (lossless(layout)) expect(copy.subarray(2, 2 + layout.size)).toEqual(bytes);
          expect(read(copy, 2, fail)).toEqual(value);
          expect([copy[0], copy[1], copy[layout.size + 2]]).toEqual([0xaa, 0xaa, 0xaa]);
        }),
        { numRuns: 50 },
      );
    });

    it('refuses short input with the offset and path', async () => {
      const { read } = await functions();
      const error = (() => {
        try {
          read(new Uint8Array(layout.size - 1), 0, fail, 'top', 0x40);
        } catch (thrown) {
          return thrown;
        }
      })();
      expect(error).toBeInstanceOf(BinaryError);
      expect(error).toMatchObject({ code: 'truncated', offset: 0x40, path: 'top' });
    });
  });
});
