import { fixture, fixturesUnder } from '../../../internal/binary/src/testing/fixtures.js';

/** The elements of one DER SEQUENCE: enough to take the payload out of an IM4P in a test. */
function derElements(bytes: Uint8Array): Uint8Array[] {
  const contents = (at: number): [start: number, end: number] => {
    const first = bytes[at + 1]!;
    const size = first < 0x80 ? 0 : first & 0x7f;
    let length = size === 0 ? first : 0;
    for (let i = 0; i < size; i++) length = length * 256 + bytes[at + 2 + i]!;
    return [at + 2 + size, at + 2 + size + length];
  };
  const [start, end] = contents(0);
  const elements: Uint8Array[] = [];
  for (let at = start; at < end; ) {
    const [from, to] = contents(at);
    elements.push(bytes.subarray(from, to));
    at = to;
  }
  return elements;
}

export interface GenuineTree {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The genuine trees whose payload is not compressed. */
export function genuineTrees(): GenuineTree[] {
  const trees = fixturesUnder('img4/devicetree_raw').map(path => ({
    name: path.split('/').at(-1)!,
    bytes: fixture(path),
  }));
  for (const path of fixturesUnder('img4/im4p/devicetree')) {
    const payload = derElements(fixture(path))[3]!.slice();
    if (payload[0] !== 0x62) trees.push({ name: path.split('/').at(-1)!, bytes: payload });
  }
  return trees;
}
