import { fixture, fixturesUnder } from '@internal/binary/testing';
import { samples } from '../__tests__/samples.js';
import { complzssEncode, lzfseEncode, lzssEncode, lzvnEncode } from '../src/compression.js';
import { createPayload, Im4p, Im4r, Img4, parseImg4File, readShsh2, writePlist } from '../src/index.js';
import type { Target } from './targets.js';

export type Corpus = Record<Target['corpus'][number], Uint8Array[]>;

/** Inputs longer than this are cut to size: most of a file is payload, which teaches nothing. */
const SMALL = 6000;

const cutData = (image: Im4p): Im4p =>
  image.data.length > 512 ? image.with({ data: image.data.subarray(0, 512) }) : image;

/** Starting inputs: our own, and the genuine files when they are there. */
export function startingCorpus(): Corpus {
  const text = samples.text.subarray(0, 5000);
  const short = samples['a short text'];
  const sealed = createPayload({ type: 'ibss', data: short, compression: 'lzfse' }).with({
    keybags: [1, 2].map(type => ({ type, iv: new Uint8Array(16), key: new Uint8Array(32) })),
    properties: [{ name: 'kcep', value: { type: 'integer', value: 1n } }],
  });
  const raw = Uint8Array.from([...Buffer.from('bvx-'), 3, 0, 0, 0, 1, 2, 3, ...Buffer.from('bvx$')]);
  const corpus: Corpus = {
    containers: [
      sealed.toBytes(),
      createPayload({ type: 'krnl', data: short, compression: 'lzss', extra: short }).toBytes(),
      Im4r.fromGenerator(7n).toBytes(),
      Img4.create({ payload: sealed, restoreInfo: Im4r.fromGenerator(1n) }).toBytes(),
    ],
    lzfse: [lzfseEncode(text), lzfseEncode(short), lzfseEncode(samples.zeros.subarray(0, 9000)), raw],
    lzss: [lzssEncode(short), lzssEncode(samples.zeros.subarray(0, 3000))],
    lzvn: [lzvnEncode(short), lzvnEncode(samples.zeros.subarray(0, 3000))],
    comp: [complzssEncode(short, { extra: short }), complzssEncode(short, { type: 'lzvn' })],
    plists: [
      writePlist({ dtre: { Digest: new Uint8Array(48) } }),
      writePlist({
        BuildIdentities: [
          {
            ApChipID: '0x8010',
            Info: { Variant: 'x' },
            Manifest: { KernelCache: { Digest: new Uint8Array(48), Info: { Path: 'k', Img4PayloadType: 'rkrn' } } },
          },
        ],
      }),
      writePlist({ generator: '0x1111111111111111', a: [1n, 1.5, true, new Date(0)] }),
    ].map(xml => new TextEncoder().encode(xml)),
    certificates: [],
  };
  for (const path of ['im4p', 'im4m', 'im4r', 'img4'].flatMap(folder => fixturesUnder(`img4/${folder}`))) {
    const object = parseImg4File(fixture(path)).objects[0]!;
    const small =
      object instanceof Im4p
        ? cutData(object)
        : object instanceof Img4
          ? object.with({ payload: cutData(object.payload) })
          : object;
    corpus.containers.push(small.toBytes());
  }
  for (const path of fixturesUnder('img4/lzfse').filter(path => path.endsWith('.lzfse'))) {
    const bytes = fixture(path);
    if (bytes.length <= SMALL) corpus.lzfse.push(bytes);
  }
  for (const path of fixturesUnder('img4/certs')) corpus.certificates.push(fixture(path));
  for (const path of fixturesUnder('img4/digest_plist')) corpus.plists.push(fixture(path));
  for (const path of fixturesUnder('img4/shsh2').slice(0, 2)) {
    const { manifest } = readShsh2(fixture(path));
    corpus.plists.push(new TextEncoder().encode(writePlist({ ApImg4Ticket: manifest.toBytes(), generator: '0x1' })));
  }
  if (corpus.certificates.length === 0) corpus.certificates.push(sealed.toBytes());
  return corpus;
}
