import { latin1, viewOf } from './bytes.js';
import { NODE_HEADER_SIZE, PROPERTY_HEADER_SIZE } from './format.js';

const EXTRACT = 'unwrap it first: img4 extract FILE -o - | adt COMMAND -';

/** Four-character type of the DER sequence that begins with an IA5String (IM4P, IMG4, IM4M), or empty. */
function derType(bytes: Uint8Array): string {
  if (bytes[0] !== 0x30) return '';
  const lengthSize = bytes[1]! < 0x80 ? 0 : bytes[1]! & 0x7f;
  const at = 2 + lengthSize;
  return lengthSize <= 4 && bytes[at] === 0x16 && bytes[at + 1] === 4 ? latin1(bytes, at + 2, at + 6) : '';
}

/** Other formats that are met in place of a raw tree: first bytes as text, and what to do about it. */
const MAGIC: readonly (readonly [magic: string, reason: string])[] = [
  ['bvx', `this is LZFSE-compressed data, not a device tree; ${EXTRACT}`],
  ['complzss', `this is LZSS-compressed data, not a device tree; ${EXTRACT}`],
  ['3gmI', 'this is an IMG3 container of an old system; its payload (tag DATA) holds the device tree, often encrypted'],
  [
    '\xd0\x0d\xfe\xed',
    'this is a flattened device tree (.dtb), not an Apple one; convert it with: adt from-dtb FILE -o OUT',
  ],
  ['\x1f\x8b', 'this is gzip-compressed data, not a device tree'],
  ['PK\x03\x04', 'this is a ZIP archive (an IPSW?), not a device tree'],
];

/** What the input is when it is not a raw Apple device tree, or undefined when it may be one. */
export function recognise(bytes: Uint8Array): string | undefined {
  if (bytes.length < NODE_HEADER_SIZE) return `${bytes.length} bytes are too few for a device tree`;
  const type = derType(bytes);
  if (type !== '') return `this is an ${type} container, not a raw device tree; ${EXTRACT}`;
  const start = latin1(bytes, 0, 8);
  for (const [magic, reason] of MAGIC) if (start.startsWith(magic)) return reason;
  const view = viewOf(bytes);
  const nProperties = view.getUint32(0, true);
  const nChildren = view.getUint32(4, true);
  if (nProperties === 0) return 'the root node has no properties: not a device tree';
  if (nProperties * PROPERTY_HEADER_SIZE + nChildren * NODE_HEADER_SIZE > bytes.length - NODE_HEADER_SIZE)
    return `the root node would have ${nProperties} properties and ${nChildren} children: encrypted or not a device tree`;
  return undefined;
}
