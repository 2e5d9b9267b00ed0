import { extractPayload, Im4p, Img4, kindOf, parseImg4File } from 'img4';
import { BootError } from '../error.js';

/**
 * The content of a firmware file: the decompressed payload of an IM4P or IMG4, or the bytes themselves when they are
 * in neither.
 *
 * @param path what the file is for, named by errors
 * @throws Img4Error of img4 for a damaged or encrypted container; {@link BootError} `bad-value` when the type is none
 * of `types`, `unsupported` for a container without payload
 */
export function unwrapPayload(bytes: Uint8Array, path: string, types: readonly string[]): Uint8Array {
  if (bytes[0] !== 0x30) return bytes;
  const object = parseImg4File(bytes).objects[0]!;
  const image = object instanceof Img4 ? object.payload : object;
  if (!(image instanceof Im4p))
    throw new BootError('unsupported', `${kindOf(object)} without a payload`, { offset: 0, path });
  if (!types.includes(image.type))
    throw new BootError('bad-value', `component "${image.type}" where ${types.join(' or ')} belongs`, {
      offset: 0,
      path,
    });
  return extractPayload(image).data;
}
