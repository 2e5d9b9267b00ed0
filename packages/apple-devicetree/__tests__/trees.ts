import { extractPayload, Im4p } from 'img4';
import { fixture, fixturesUnder } from '../../../internal/binary/src/testing/fixtures.js';

/** A genuine device tree. */
export interface GenuineTree {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Payload of an IMG3 file, the container of old systems: tags of {u32 magic, u32 size with padding, u32 size of the data}. */
function img3Data(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 20; at < bytes.length; at += view.getUint32(at + 4, true))
    if (view.getUint32(at, true) === 0x44415441) return bytes.slice(at + 12, at + 12 + view.getUint32(at + 8, true));
  throw new Error('an IMG3 file without DATA');
}

let all: GenuineTree[] | undefined;

/** The genuine trees: raw ones, and the payloads of IM4P and IMG3 files. Empty when there are no fixtures. */
export function genuineTrees(): readonly GenuineTree[] {
  all ??= [
    ...fixturesUnder('img4/devicetree_raw').map(path => ({ name: path.split('/').at(-1)!, bytes: fixture(path) })),
    ...fixturesUnder('img4/img3')
      .filter(path => path.includes('DeviceTree'))
      .map(path => ({ name: path.split('/').at(-1)!, bytes: img3Data(fixture(path)) })),
    ...fixturesUnder('img4/im4p/devicetree').map(path => ({
      name: path.split('/').at(-1)!,
      bytes: extractPayload(Im4p.parse(fixture(path))).data,
    })),
  ];
  return all;
}

/** Names of the trees of the A12 (T8020): iPhone XS and XR, iPad Air 3, iPad mini 5, iPad 8. */
export const A12 = /iPhoneX[SR]|iPadAir3|iPadmini5|iPad8/;
export const a12Trees = (): GenuineTree[] => genuineTrees().filter(({ name }) => A12.test(name));
