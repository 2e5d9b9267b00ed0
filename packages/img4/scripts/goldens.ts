// Writes __tests__/golden/{containers,lzfse}.json: facts about the genuine files, for the corpus tests to compare with.
// Run: npx tsx packages/img4/scripts/goldens.ts
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fixture, fixturesUnder } from '@internal/binary/testing';
import { lzfseBlocks, lzfseDecode } from '../src/compression.js';
import { extractPayload, Img4, isCiphertext, kindOf, parseImg4File } from '../src/index.js';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const facts: Record<string, unknown> = {};
for (const path of ['im4p', 'im4m', 'im4r', 'img4'].flatMap(folder => fixturesUnder(`img4/${folder}`))) {
  const bytes = fixture(path);
  const file = parseImg4File(bytes);
  const object = file.objects[0]!;
  const image = object instanceof Img4 ? object.payload : object;
  const entry: Record<string, unknown> = {
    sha256: sha256(bytes),
    kinds: file.objects.map(kindOf),
    trailing: file.trailing.length,
  };
  if ('data' in image) {
    const payload = isCiphertext(image) ? { data: image.data, compression: 'encrypted' } : extractPayload(image);
    entry.image = {
      type: image.type,
      description: image.description,
      compression: payload.compression,
      payloadSize: payload.data.length,
      payloadSha256: sha256(payload.data),
    };
  }
  facts[path] = entry;
}
writeFileSync(new URL('../__tests__/golden/containers.json', import.meta.url), `${JSON.stringify(facts, null, 1)}\n`);

const streams: Record<string, unknown> = {};
for (const path of fixturesUnder('img4/lzfse').filter(path => /(\.lzfse|_a25bd6)$/.test(path))) {
  const { data } = lzfseDecode(fixture(path));
  const kinds = [...new Set(lzfseBlocks(fixture(path)).blocks.map(block => block.kind))];
  streams[path] = { size: data.length, sha256: sha256(data), kinds };
}
writeFileSync(new URL('../__tests__/golden/lzfse.json', import.meta.url), `${JSON.stringify(streams, null, 1)}\n`);
