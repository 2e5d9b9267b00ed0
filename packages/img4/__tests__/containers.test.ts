import { createHash } from 'node:crypto';
import { fixture, fixturesUnder, haveFixtures } from '@internal/binary/testing';
import { describe, expect, it } from 'vitest';
import { extractPayload, Img4, isCiphertext, kindOf, parseImg4File } from '../src/index.js';
import golden from './golden/containers.json' with { type: 'json' };

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(!haveFixtures)('genuine containers', () => {
  const files = ['im4p', 'im4m', 'im4r', 'img4'].flatMap(folder => fixturesUnder(`img4/${folder}`));

  it('are all in the golden', () => {
    expect(files).toEqual(Object.keys(golden));
  });

  for (const [path, facts] of Object.entries(golden) as [string, Record<string, unknown>][])
    it(path, () => {
      const bytes = fixture(path);
      const file = parseImg4File(bytes);
      expect(sha256(file.toBytes())).toBe(facts.sha256);
      expect({ sha256: sha256(bytes), kinds: file.objects.map(kindOf), trailing: file.trailing.length }).toMatchObject({
        sha256: facts.sha256,
        kinds: facts.kinds,
        trailing: facts.trailing,
      });
      const object = file.objects[0]!;
      const image = object instanceof Img4 ? object.payload : object;
      if (!('data' in image)) return;
      const payload = isCiphertext(image) ? { data: image.data, compression: 'encrypted' } : extractPayload(image);
      expect({
        type: image.type,
        description: image.description,
        compression: payload.compression,
        payloadSize: payload.data.length,
        payloadSha256: sha256(payload.data),
      }).toMatchObject(facts.image as object);
    });
});
