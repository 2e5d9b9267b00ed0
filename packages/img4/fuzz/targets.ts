import { describe as describeObject } from '../src/cli/info.js';
import {
  complzssDecode,
  LzfseDecoder,
  lzfseBlocks,
  lzfseDecode,
  lzssDecode,
  lzssSize,
  lzvnDecode,
} from '../src/compression.js';
import {
  extractPayload,
  Im4m,
  Im4p,
  Img4,
  parseImg4File,
  readBuildManifest,
  readCertificate,
  readImageDigests,
  readPlist,
  readShsh2,
  ticketSummary,
} from '../src/index.js';
import { checkConstraints } from '../src/verify/constraints.js';

/** Most bytes that a decompression may declare while fuzzing. */
export const MAX_SIZE = 1 << 20;

/** One entry of the package that takes bytes from outside. Returns how many bytes the input declared and got. */
export interface Target {
  readonly name: string;
  /** Which corpora it is fed from. */
  readonly corpus: readonly ('containers' | 'lzfse' | 'lzss' | 'lzvn' | 'comp' | 'plists' | 'certificates')[];
  run(input: Uint8Array): number;
}

function containers(input: Uint8Array, mode: 'strict' | 'lenient'): number {
  const file = parseImg4File(input, { mode });
  if (Buffer.compare(file.toBytes(), input) !== 0) throw new Error('the bytes were not kept');
  let declared = 0;
  for (const object of file.objects) {
    describeObject(object);
    const image = object instanceof Img4 ? object.payload : object;
    const manifest = object instanceof Img4 ? object.manifest : object;
    if (manifest instanceof Im4m) {
      ticketSummary(manifest);
      for (const certificate of manifest.certificates.slice(0, 2))
        checkConstraints(manifest, readCertificate(certificate).constraints ?? []);
    }
    if (image instanceof Im4p) {
      if (Buffer.compare(image.with({}).toBytes(), image.toBytes()) !== 0 && mode === 'strict')
        throw new Error('an edit of nothing changed bytes');
      declared += extractPayload(image, { maxSize: MAX_SIZE }).data.length;
    }
  }
  return declared;
}

function streamed(input: Uint8Array): number {
  let made = 0;
  const decoder = new LzfseDecoder(piece => {
    made += piece.length;
  }, MAX_SIZE);
  for (let at = 0; at < input.length; at += 37) decoder.push(input.subarray(at, at + 37));
  decoder.finish();
  return made;
}

export const TARGETS: readonly Target[] = [
  { name: 'containers', corpus: ['containers'], run: input => containers(input, 'strict') },
  { name: 'containers, lenient', corpus: ['containers'], run: input => containers(input, 'lenient') },
  {
    name: 'lzfse',
    corpus: ['lzfse'],
    run: input => {
      lzfseBlocks(input, { maxSize: MAX_SIZE });
      return lzfseDecode(input, { maxSize: MAX_SIZE }).data.length;
    },
  },
  { name: 'lzfse, streamed', corpus: ['lzfse'], run: streamed },
  {
    name: 'lzvn',
    corpus: ['lzvn'],
    run: input => lzvnDecode(input, Math.min(MAX_SIZE, input.length * 20), { maxSize: MAX_SIZE }).data.length,
  },
  {
    name: 'lzss',
    corpus: ['lzss'],
    run: input => {
      const { data } = lzssDecode(input, undefined, { maxSize: MAX_SIZE });
      if (data.length !== lzssSize(input)) throw new Error('the sizes differ');
      return data.length;
    },
  },
  { name: 'comp', corpus: ['comp'], run: input => complzssDecode(input, { maxSize: MAX_SIZE }).data.length },
  {
    name: 'property lists',
    corpus: ['plists'],
    run: input => {
      readPlist(input);
      readImageDigests(input);
      readBuildManifest(input);
      return 0;
    },
  },
  {
    name: 'shsh2',
    corpus: ['plists'],
    run: input => {
      readShsh2(input);
      return 0;
    },
  },
  {
    name: 'certificates',
    corpus: ['certificates'],
    run: input => {
      readCertificate(input);
      return 0;
    },
  },
];
