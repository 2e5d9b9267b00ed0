import { fixture, haveFixtures } from '@internal/binary/testing';
import { describe, expect, it } from 'vitest';
import { toHex } from '../src/bytes.js';
import { encodeProperty, type Property } from '../src/containers/property.js';
import { der } from '../src/der/index.js';
import {
  aesCbcDecrypt,
  aesCbcEncrypt,
  complzssDecode,
  createPayload,
  decryptPayload,
  encryptPayload,
  extractPayload,
  Im4c,
  Im4p,
  Im4r,
  Img4,
  kindOf,
  parseImg4File,
  replaceExtra,
  replacePayload,
} from '../src/index.js';
import { samples } from './samples.js';

const image = createPayload({ type: 'krnl', description: 'kernel', data: samples.text, compression: 'lzfse' });
const keybags = [1, 2].map(type => ({ type, iv: new Uint8Array(16).fill(type), key: new Uint8Array(32).fill(type) }));
const properties: Property[] = [
  { name: 'kclz', value: { type: 'integer', value: 7n } },
  { name: 'kcep', value: { type: 'octets', value: Uint8Array.of(1) } },
];

describe('edits', () => {
  it('change only what they name', () => {
    const full = image.with({ keybags, properties });
    const renamed = full.with({ type: 'rkrn', description: 'other' });
    expect([renamed.type, renamed.description]).toEqual(['rkrn', 'other']);
    expect(toHex(renamed.with({ type: 'krnl', description: 'kernel' }).toBytes())).toBe(toHex(full.toBytes()));
    expect(renamed.data.length).toBe(image.data.length);
  });
  it('order keybag, compression, properties whatever order they came in', () => {
    const a = image.with({ properties }).with({ keybags });
    const b = image.with({ keybags }).with({ properties });
    expect(toHex(a.toBytes())).toBe(toHex(b.toBytes()));
    expect(a.compression).toEqual({ algorithm: 1, uncompressedSize: samples.text.length });
    expect(a.properties?.map(property => property.name)).toEqual(['kcep', 'kclz']);
  });
  it('drop what is undefined', () => {
    const bare = image.with({ keybags, properties }).with({ keybags: undefined, properties: undefined });
    expect(toHex(bare.toBytes())).toBe(toHex(image.toBytes()));
  });
  it('keep elements that are not known', () => {
    const odd = Im4p.parse(
      der.sequence(
        der.ia5('IM4P'),
        der.ia5('test'),
        der.ia5(''),
        der.octets(Uint8Array.of(1)),
        der.context(5, der.integer(9)),
        der.ia5('new'),
      ),
    );
    expect(odd.unknown.length).toBe(2);
    expect(odd.with({ type: 'tset' }).unknown.map(toHex)).toEqual(odd.unknown.map(toHex));
  });
  it("read the property that a SEP image's description spells", () => {
    const property: Property = { name: 'impl', value: { type: 'octets', value: Uint8Array.of(1, 2, 3) } };
    const sep = image.with({ type: 'sepi', description: toHex(encodeProperty(property)) });
    expect(sep.implementation).toMatchObject(property);
    expect(image.implementation).toBeUndefined();
    expect(() => image.with({ description: 'ff84ea859c50000000' }).implementation).toThrow(
      expect.objectContaining({ path: expect.stringContaining('IM4P.description') }),
    );
  });
  it('refuse types that are not four characters', () => {
    for (const type of ['', 'abc', 'abcde', '\u{1f600}12'])
      expect(() => image.with({ type })).toThrow(expect.objectContaining({ code: 'bad-value' }));
  });
  it('replace a payload the way it was stored', () => {
    const kernel = createPayload({
      type: 'krnl',
      data: samples.text,
      compression: 'lzss',
      extra: Uint8Array.of(7, 8),
      header: { platformName: 'p' },
    });
    const edited = replacePayload(kernel, samples.zeros);
    const { data, extra, compression } = extractPayload(edited);
    expect([data.length, [...extra], compression]).toEqual([samples.zeros.length, [7, 8], 'lzss']);
    expect(complzssDecode(edited.data).header.platformName[0]).toBe('p'.charCodeAt(0));
    const lzfse = replacePayload(image, samples.zeros);
    expect(lzfse.compression?.uncompressedSize).toBe(samples.zeros.length);
    expect(extractPayload(lzfse).data.length).toBe(samples.zeros.length);
    expect(replacePayload(image, samples.text, { compression: 'none' }).compression).toBeUndefined();
  });
  it('replace extra data without touching the stream', () => {
    for (const compression of ['lzfse', 'lzss'] as const) {
      const before = createPayload({ type: 'krnl', data: samples.text, compression });
      const after = replaceExtra(before, Uint8Array.of(1, 2, 3));
      expect(toHex(after.data.subarray(0, before.data.length))).toBe(toHex(before.data));
      expect([...extractPayload(after).extra]).toEqual([1, 2, 3]);
      expect(toHex(replaceExtra(after, new Uint8Array(0)).toBytes())).toBe(toHex(before.toBytes()));
    }
    expect(() => replaceExtra(createPayload({ type: 'logo', data: samples.text }), samples.text)).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    );
  });
  it('of an IMG4 keep its ticket', () => {
    const info = Im4r.fromGenerator(3n);
    const whole = Img4.create({ payload: image, restoreInfo: info });
    const edited = whole.with({ payload: image.with({ type: 'rkrn' }) });
    expect([edited.payload.type, edited.restoreInfo?.generator]).toEqual(['rkrn', 3n]);
    expect(edited.with({ restoreInfo: undefined }).restoreInfo).toBeUndefined();
    expect(toHex(edited.with({ payload: image }).toBytes())).toBe(toHex(whole.toBytes()));
  });
});

describe('files', () => {
  const im4c = der.sequence(
    der.ia5('IM4C'),
    der.integer(1),
    der.set(encodeProperty({ name: 'PUBK', value: { type: 'octets', value: Uint8Array.of(1) } })),
    der.octets(Uint8Array.of(2)),
  );
  it('hold several structures and what follows', () => {
    const info = Im4r.fromGenerator(1n).toBytes();
    const bytes = new Uint8Array([...image.toBytes(), ...info, ...im4c, 0x0a]);
    const file = parseImg4File(bytes);
    expect(file.objects.map(kindOf)).toEqual(['IM4P', 'IM4R', 'IM4C']);
    expect([...file.trailing]).toEqual([0x0a]);
    expect(toHex(file.toBytes())).toBe(toHex(bytes));
  });
  it('hold structures that zeros align, and what only looks like more', () => {
    const one = image.toBytes();
    const bytes = new Uint8Array(3 * 65536 + 9);
    bytes.set(one);
    bytes.set(one, 2 * 65536);
    bytes.set([0x30, 0x30, 1], 3 * 65536);
    const file = parseImg4File(bytes);
    expect(file.objects.map(object => object.offset)).toEqual([0, 2 * 65536]);
    expect(file.trailing.length).toBe(bytes.length - 2 * 65536 - one.length);
    expect(Buffer.compare(file.toBytes(), bytes)).toBe(0);
    // The second one is cut off: an error, not trailing data.
    expect(() => parseImg4File(bytes.subarray(0, 2 * 65536 + 100))).toThrow(
      expect.objectContaining({ code: 'truncated', offset: 2 * 65536 }),
    );
  });
  it('hold an IM4R in any order, but nothing twice', () => {
    const [ucer, ucon] = ['ucer', 'ucon'].map(name =>
      encodeProperty({ name, value: { type: 'octets', value: Uint8Array.of(1) } }),
    );
    const info = (...parts: Uint8Array[]) => der.sequence(der.ia5('IM4R'), der.set(...parts));
    expect(Im4r.parse(info(ucon!, ucer!)).properties.map(property => property.name)).toEqual(['ucon', 'ucer']);
    expect(() => Im4r.parse(info(ucon!, ucer!, ucon!))).toThrow(expect.objectContaining({ code: 'not-der' }));
  });
  it('hold an IM4C', () => {
    const certificate = Im4c.parse(im4c);
    expect([certificate.version, [...certificate.publicKey!], [...certificate.signature]]).toEqual([1n, [1], [2]]);
  });
  it('report what they are not', () => {
    expect(() => parseImg4File(new Uint8Array(0))).toThrow(expect.objectContaining({ code: 'truncated' }));
    expect(() => parseImg4File(Uint8Array.of(1, 2, 3))).toThrow(expect.objectContaining({ code: 'unknown-format' }));
    expect(() => parseImg4File(der.sequence(der.integer(1)))).toThrow(
      expect.objectContaining({ code: 'unknown-format' }),
    );
    expect(() => Im4p.parse(new Uint8Array([...image.toBytes(), 0]))).toThrow(
      expect.objectContaining({ code: 'trailing-data' }),
    );
  });
  it('in BER are read leniently and kept as they are', () => {
    const ber = new Uint8Array([
      0x30,
      0x80,
      0x16,
      0x81,
      0x04,
      ...Buffer.from('IM4P'),
      0x16,
      4,
      ...Buffer.from('test'),
      0x16,
      0,
      0x24,
      0x80,
      4,
      1,
      9,
      4,
      1,
      8,
      0,
      0,
      0,
      0,
    ]);
    expect(() => Im4p.parse(ber)).toThrow(expect.objectContaining({ code: 'not-der' }));
    const parsed = Im4p.parse(ber, { mode: 'lenient' });
    expect([parsed.type, [...parsed.data]]).toEqual(['test', [9, 8]]);
    expect(toHex(parsed.toBytes())).toBe(toHex(ber));
  });
});

describe('AES-CBC without padding', () => {
  const bytes = (text: string) => Uint8Array.from(text.match(/../g)!, pair => Number.parseInt(pair, 16));
  // NIST SP 800-38A, F.2.5 and F.2.6: CBC-AES256.
  const key = bytes('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4');
  const iv = bytes('000102030405060708090a0b0c0d0e0f');
  const plain =
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710';
  const sealed =
    'f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b';
  it('is that of the standard, both ways', async () => {
    expect(toHex(await aesCbcEncrypt(bytes(plain), key, iv))).toBe(sealed);
    expect(toHex(await aesCbcDecrypt(bytes(sealed), key, iv))).toBe(plain);
    expect(await aesCbcDecrypt(new Uint8Array(0), key, iv)).toHaveLength(0);
  });
  it('checks sizes', async () => {
    await expect(aesCbcDecrypt(new Uint8Array(16), key.subarray(1), iv)).rejects.toMatchObject({
      code: 'bad-key',
      path: 'key',
    });
    await expect(aesCbcDecrypt(new Uint8Array(16), key, iv.subarray(1))).rejects.toMatchObject({
      code: 'bad-key',
      path: 'iv',
    });
    await expect(aesCbcDecrypt(new Uint8Array(17), key, iv)).rejects.toMatchObject({ code: 'bad-value', offset: 16 });
  });
  it('seals and opens payloads', async () => {
    const closed = await encryptPayload(image, key, iv, keybags);
    expect(closed.encrypted).toBe(true);
    expect(() => extractPayload(closed)).toThrow(expect.objectContaining({ code: 'encrypted' }));
    const open = await decryptPayload(closed, key, iv);
    expect(open.encrypted).toBe(false);
    expect(toHex(extractPayload(open).data)).toBe(toHex(samples.text));
    expect(closed.compression).toEqual(image.compression);
    await expect(
      decryptPayload(
        closed,
        key,
        iv.map(byte => byte ^ 1),
      ).then(wrong => extractPayload(wrong)),
    ).rejects.toMatchObject({ code: 'corrupt' });
  });
});

describe.skipIf(!haveFixtures)('genuine images', () => {
  it('that are encrypted say so, with their key classes', () => {
    const sealed = Im4p.parse(fixture('img4/im4p/iboot/iBridge_6.1_ibec.im4p'));
    expect(sealed.keybags?.map(bag => bag.type)).toEqual([1, 2]);
    expect(sealed.compression).toEqual({ algorithm: 1, uncompressedSize: 1449376 });
    expect(() => extractPayload(sealed)).toThrow(/encrypted \(keybag classes 1, 2\)/);
  });
  it('keep compression and keybag when they are retyped', () => {
    const sealed = Im4p.parse(fixture('img4/im4p/iboot/iBridge_6.1_ibec.im4p'));
    expect(toHex(sealed.with({ type: 'test' }).with({ type: 'ibec' }).toBytes())).toBe(toHex(sealed.toBytes()));
  });
});
