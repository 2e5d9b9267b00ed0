import { Im4m } from '../containers/im4m.js';
import { kindOf, parseImg4File } from '../containers/img4.js';
import type { DerOptions } from '../der/index.js';
import { Img4Error } from '../error.js';
import { type PlistDict, type PlistValue, readPlist } from '../plist/read.js';
import { writePlist } from '../plist/write.js';
import { formatGenerator, parseGenerator } from './nonce.js';

/** A saved signing response ("blob"): a ticket with the generator it was asked for. */
export interface Shsh2 {
  readonly manifest: Im4m;
  /** The boot nonce generator that was used, when it was saved. */
  readonly generator: bigint | undefined;
  /** The ticket for an update install, and the one without nonce, when they were saved. */
  readonly updateInstall: Im4m | undefined;
  readonly noNonce: Im4m | undefined;
  /** The whole property list: baseband tickets, server version and what else is there. */
  readonly plist: PlistDict;
}

function ticketOf(value: PlistValue | undefined, options: DerOptions, path: string): Im4m | undefined {
  if (typeof value !== 'object' || Array.isArray(value) || value instanceof Date || value instanceof Uint8Array)
    return undefined;
  const bytes = value.ApImg4Ticket;
  if (bytes === undefined) return undefined;
  if (!(bytes instanceof Uint8Array)) throw new Img4Error('bad-value', 'ApImg4Ticket is no data', { path });
  const object = parseImg4File(bytes, options).objects[0]!;
  if (object instanceof Im4m) return object;
  throw new Img4Error('bad-value', `ApImg4Ticket is an ${kindOf(object)}, not an IM4M`, { path });
}

/**
 * Reads an SHSH2 file, or a saved response of the signing server.
 *
 * @throws Img4Error `bad-value` when there is no ticket in it
 * @example
 * ```ts
 * import { readShsh2, verifyManifest } from 'img4';
 *
 * async function isGood(blob: Uint8Array): Promise<boolean> {
 *   return (await verifyManifest(readShsh2(blob).manifest)).valid;
 * }
 * ```
 */
export function readShsh2(input: Uint8Array | string, options: DerOptions = {}): Shsh2 {
  const plist = readPlist(input);
  const manifest = ticketOf(plist, options, 'ApImg4Ticket');
  if (!manifest) throw new Img4Error('bad-value', 'there is no ApImg4Ticket', { path: 'ApImg4Ticket' });
  const root = plist as PlistDict;
  return {
    manifest,
    generator: typeof root.generator === 'string' ? parseGenerator(root.generator) : undefined,
    updateInstall: ticketOf(root.updateInstall, options, 'updateInstall.ApImg4Ticket'),
    noNonce: ticketOf(root.noNonce, options, 'noNonce.ApImg4Ticket'),
    plist: root,
  };
}

/**
 * Writes an SHSH2 file. What `plist` holds beside the ticket and the generator is kept.
 *
 * @returns XML
 * @example
 * ```ts
 * import { Im4m, writeShsh2 } from 'img4';
 *
 * const toBlob = (ticket: Uint8Array): string =>
 *   writeShsh2({ manifest: Im4m.parse(ticket), generator: 0x1111111111111111n });
 * ```
 */
export function writeShsh2(parts: {
  readonly manifest: Im4m;
  readonly generator?: bigint | undefined;
  readonly plist?: PlistDict;
}): string {
  return writePlist({
    ...parts.plist,
    ApImg4Ticket: parts.manifest.toBytes(),
    ...(parts.generator === undefined ? {} : { generator: formatGenerator(parts.generator) }),
  });
}
