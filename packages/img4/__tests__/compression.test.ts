import { createHash } from 'node:crypto';
import { fixture, fixturesUnder, haveFixtures } from '@internal/binary/testing';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { concatBytes } from '../src/bytes.js';
import { acceleration } from '../src/compression/wasm.js';
import {
  complzssDecode,
  complzssEncode,
  LzfseDecoder,
  LzfseEncoder,
  LzssDecoder,
  LzssEncoder,
  lzfseBlocks,
  lzfseDecode,
  lzfseEncode,
  lzssDecode,
  lzssEncode,
  lzssSize,
  lzvnDecode,
  lzvnEncode,
} from '../src/compression.js';
import { Im4p, isImg4Error } from '../src/index.js';
import golden from './golden/lzfse.json' with { type: 'json' };
import { samples, sliced } from './samples.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const same = (a: Uint8Array, b: Uint8Array) => a.length === b.length && Buffer.compare(a, b) === 0;

afterEach(() => {
  acceleration.enabled = true;
});

describe.each([
  ['WebAssembly', true],
  ['TypeScript', false],
])('%s', (_name, enabled) => {
  describe.each(Object.entries(samples))('%s', (_sample, data) => {
    it('survives LZFSE', () => {
      acceleration.enabled = enabled;
      const stream = lzfseEncode(data);
      const { data: back, consumed } = lzfseDecode(concatBytes([stream, Uint8Array.of(1, 2, 3)]));
      expect(same(back, data)).toBe(true);
      expect(consumed).toBe(stream.length);
    });
    it('survives LZSS', () => {
      acceleration.enabled = enabled;
      const stream = lzssEncode(data);
      expect(lzssSize(stream)).toBe(data.length);
      expect(same(lzssDecode(stream, data.length).data, data)).toBe(true);
      expect(same(lzssDecode(stream).data, data)).toBe(true);
    });
    it('survives LZVN', () => {
      expect(same(lzvnDecode(lzvnEncode(data), data.length).data, data)).toBe(true);
    });
    it('gives the same streams in pieces', () => {
      acceleration.enabled = enabled;
      for (const step of [1, 7, 4096, 100_003].filter(step => data.length / step < 20_000)) {
        const lzfse = new LzfseEncoder();
        const lzss = new LzssEncoder();
        const streams: [Uint8Array[], Uint8Array[]] = [[], []];
        for (const piece of sliced(data, step)) {
          streams[0].push(lzfse.push(piece));
          streams[1].push(lzss.push(piece));
        }
        streams[0].push(lzfse.finish());
        streams[1].push(lzss.finish());
        expect(same(concatBytes(streams[0]), lzfseEncode(data))).toBe(true);
        expect(same(concatBytes(streams[1]), lzssEncode(data))).toBe(true);
      }
    });
    it('comes back from pieces', () => {
      acceleration.enabled = enabled;
      const [lzfse, lzss] = [lzfseEncode(data), lzssEncode(data)];
      for (const step of [1, 1000, 65_537].filter(step => lzfse.length / step < 20_000)) {
        const pieces: [Uint8Array[], Uint8Array[]] = [[], []];
        const decoder = new LzfseDecoder(piece => pieces[0].push(piece.slice()));
        for (const piece of sliced(lzfse, step)) decoder.push(piece);
        decoder.finish();
        const other = new LzssDecoder(piece => pieces[1].push(piece.slice()));
        for (const piece of sliced(lzss, step)) other.push(piece);
        other.finish();
        for (const list of pieces) expect(same(concatBytes(list), data)).toBe(true);
      }
    });
  });
});

it('gives the same LZFSE stream with and without WebAssembly', () => {
  for (const data of Object.values(samples)) {
    acceleration.enabled = true;
    const stream = lzfseEncode(data);
    acceleration.enabled = false;
    expect(same(lzfseEncode(data), stream)).toBe(true);
  }
});

it('round-trips whatever comes', () => {
  const bytes = fc.array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 400 })), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(bytes, parts => {
      const data = concatBytes(parts.flatMap(([piece, times]) => new Array<Uint8Array>(times).fill(piece)));
      expect(same(lzfseDecode(lzfseEncode(data)).data, data)).toBe(true);
      expect(same(lzssDecode(lzssEncode(data)).data, data)).toBe(true);
      expect(same(lzvnDecode(lzvnEncode(data), data.length).data, data)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

describe('complzss', () => {
  const data = samples.text;
  it('keeps header fields and extra data', () => {
    const packed = complzssEncode(data, {
      platformName: 'demo',
      rootPath: '/k',
      extra: Uint8Array.of(9),
      prelinkVersion: 0,
    });
    const { header, extra, type, data: back } = complzssDecode(packed);
    expect({ type, extra: [...extra], version: header.prelinkVersion, size: header.uncompressedSize }).toEqual({
      type: 'lzss',
      extra: [9],
      version: 0,
      size: data.length,
    });
    expect(Buffer.from(header.platformName).toString('latin1').replace(/\0+$/, '')).toBe('demo');
    expect(same(back, data)).toBe(true);
    expect(same(complzssEncode(back, { ...header, extra }), packed)).toBe(true);
  });
  it('has an LZVN kind', () => {
    const packed = complzssEncode(data, { type: 'lzvn' });
    expect(complzssDecode(packed).type).toBe('lzvn');
    expect(same(complzssDecode(packed).data, data)).toBe(true);
  });
  it('checks the Adler-32', () => {
    const packed = complzssEncode(data);
    packed[9]! ^= 1;
    expect(() => complzssDecode(packed)).toThrow(
      expect.objectContaining({ code: 'corrupt', path: 'complzss.adler32' }),
    );
  });
});

describe('bad streams', () => {
  const stream = lzfseEncode(samples.text);
  it('end with a typed error wherever they are cut', () => {
    for (let size = 0; size < stream.length; size += size < 900 ? 1 : 97)
      expect(() => lzfseDecode(stream.subarray(0, size))).toThrow(expect.objectContaining({ code: 'truncated' }));
  });
  it('never decode to something else unnoticed in size', () => {
    for (const enabled of [true, false]) {
      acceleration.enabled = enabled;
      for (let i = 0; i < stream.length; i += 29) {
        const bad = stream.slice();
        bad[i]! ^= 1 << (i % 8);
        try {
          lzfseDecode(bad, { maxSize: 1 << 22 });
        } catch (error) {
          if (!isImg4Error(error)) throw error;
        }
      }
    }
  });
  it('that declare too much are refused before anything is allocated', () => {
    expect(() => lzfseDecode(stream, { maxSize: 1000 })).toThrow(expect.objectContaining({ code: 'too-large' }));
    expect(() => lzssDecode(lzssEncode(samples.text), 2 ** 31)).toThrow(expect.objectContaining({ code: 'too-large' }));
  });
});

describe.skipIf(!haveFixtures)('genuine streams', () => {
  const files = fixturesUnder('img4/lzfse').filter(path => golden[path as keyof typeof golden] !== undefined);
  it('are all there', () => expect(files).toEqual(Object.keys(golden)));
  for (const [path, facts] of Object.entries(golden))
    it.each([true, false])(`${path} (WebAssembly: %s)`, enabled => {
      acceleration.enabled = enabled;
      const stream = fixture(path);
      const { data, consumed } = lzfseDecode(stream);
      expect({ size: data.length, sha256: sha256(data), consumed }).toEqual({
        size: facts.size,
        sha256: facts.sha256,
        consumed: stream.length,
      });
      expect([...new Set(lzfseBlocks(stream).blocks.map(block => block.kind))]).toEqual(facts.kinds);
      const pieces: Uint8Array[] = [];
      const decoder = new LzfseDecoder(piece => pieces.push(piece.slice()));
      for (const piece of sliced(stream, 613)) decoder.push(piece);
      decoder.finish();
      expect(sha256(concatBytes(pieces))).toBe(facts.sha256);
    });

  it.each([true, false])('the kernelcache compresses to the very bytes it was (WebAssembly: %s)', enabled => {
    acceleration.enabled = enabled;
    const image = Im4p.parse(fixture('img4/im4p/kernelcache/11A24580o_kernelcache.dec'));
    const { data, compressed, header } = complzssDecode(image.data);
    expect(sha256(lzssEncode(data))).toBe(sha256(compressed));
    expect(sha256(complzssEncode(data, header))).toBe(sha256(image.data));
  });
});
