import { equalBytes } from '../bytes.js';
import { componentForKey } from '../catalogue/index.js';
import type { Im4m } from '../containers/im4m.js';
import { Im4p } from '../containers/im4p.js';
import { digestAlgorithm } from '../crypto/digest.js';
import { Img4Error } from '../error.js';
import { type PlistDict, type PlistValue, readPlist } from '../plist/read.js';
import { imageDigest } from './digest.js';

/** A component of a build identity. */
export interface BuildComponent {
  /** Its key, such as `KernelCache`. */
  readonly key: string;
  /** Type that the image gets before it is hashed (`Info.Img4PayloadType`), when it is another than the file's. */
  readonly payloadType: string | undefined;
  readonly digest: Uint8Array | undefined;
  /** Path in the IPSW. */
  readonly path: string | undefined;
}

/** One build identity: a board, a chip and a way to install. */
export interface BuildIdentity {
  readonly chip: number | undefined;
  readonly board: number | undefined;
  readonly securityDomain: number | undefined;
  readonly deviceClass: string | undefined;
  readonly variant: string | undefined;
  readonly restoreBehavior: string | undefined;
  readonly components: readonly BuildComponent[];
}

/** A BuildManifest.plist, as far as images and tickets are concerned. */
export interface BuildManifest {
  readonly productVersion: string | undefined;
  readonly buildVersion: string | undefined;
  readonly productTypes: readonly string[];
  readonly identities: readonly BuildIdentity[];
}

const isDict = (value: PlistValue | undefined): value is PlistDict =>
  typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array) && !(value instanceof Date);
const dict = (value: PlistValue | undefined): PlistDict => (isDict(value) ? value : {});
const text = (value: PlistValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const list = (value: PlistValue | undefined): PlistValue[] => (Array.isArray(value) ? value : []);
/** BuildManifests write chip and board numbers as text in hexadecimal. */
function number(value: PlistValue | undefined): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'bigint') return undefined;
  const found = Number(value);
  return Number.isNaN(found) ? undefined : found;
}

function component(key: string, value: PlistValue): BuildComponent {
  const entry = dict(value);
  const info = dict(entry.Info);
  return {
    key,
    payloadType: text(info.Img4PayloadType),
    digest: entry.Digest instanceof Uint8Array ? entry.Digest : undefined,
    path: text(info.Path),
  };
}

/**
 * Reads a BuildManifest.plist.
 *
 * @throws Img4Error `bad-value` when it is another property list
 * @example
 * ```ts
 * import { readBuildManifest, writePlist } from 'img4';
 *
 * const xml = writePlist({ BuildIdentities: [{ ApChipID: '0x8010', Manifest: {} }] });
 * if (readBuildManifest(xml).identities[0]?.chip !== 0x8010) throw new Error('chip not read');
 * ```
 */
export function readBuildManifest(input: Uint8Array | string): BuildManifest {
  const root = readPlist(input);
  if (!isDict(root) || !Array.isArray(root.BuildIdentities))
    throw new Img4Error('bad-value', 'there are no BuildIdentities: this is no BuildManifest', {
      path: 'BuildManifest',
    });
  return {
    productVersion: text(root.ProductVersion),
    buildVersion: text(root.ProductBuildVersion),
    productTypes: list(root.SupportedProductTypes).filter(type => typeof type === 'string'),
    identities: root.BuildIdentities.map(value => {
      const identity = dict(value);
      const info = dict(identity.Info);
      return {
        chip: number(identity.ApChipID),
        board: number(identity.ApBoardID),
        securityDomain: number(identity.ApSecurityDomain),
        deviceClass: text(info.DeviceClass),
        variant: text(info.Variant),
        restoreBehavior: text(info.RestoreBehavior),
        components: Object.entries(dict(identity.Manifest)).map(([key, entry]) => component(key, entry)),
      };
    }),
  };
}

/** A component of a BuildManifest that an image is. */
export interface BuildMatch {
  readonly identity: BuildIdentity;
  readonly component: BuildComponent;
}

/**
 * The components of the build that the image is: those whose digest is the image's, under the type that the build
 * gives it.
 *
 * @example
 * ```ts
 * import { createPayload, imageDigest, imageInBuild, readBuildManifest, writePlist } from 'img4';
 *
 * const image = createPayload({ type: 'ibss', data: new Uint8Array(16) });
 * const Digest = await imageDigest(image, 'SHA-384');
 * const build = readBuildManifest(writePlist({ BuildIdentities: [{ Manifest: { iBSS: { Digest } } }] }));
 * const [match] = await imageInBuild(image, build);
 * if (match?.component.key !== 'iBSS') throw new Error('not found');
 * ```
 */
export async function imageInBuild(image: Im4p | Uint8Array, build: BuildManifest): Promise<BuildMatch[]> {
  const made = new Map<string, Uint8Array>();
  const matches: BuildMatch[] = [];
  for (const identity of build.identities)
    for (const entry of identity.components) {
      if (!entry.digest || ![20, 32, 48].includes(entry.digest.length)) continue;
      // Without a type of its own, a component's image keeps the type it has.
      const type = image instanceof Im4p ? (entry.payloadType ?? image.type) : undefined;
      const key = `${entry.digest.length} ${type}`;
      let found = made.get(key);
      if (!found) {
        found = await imageDigest(image, digestAlgorithm(entry.digest.length), type);
        made.set(key, found);
      }
      if (equalBytes(found, entry.digest)) matches.push({ identity, component: entry });
    }
  return matches;
}

/** How a ticket and a build identity compare. */
export interface IdentityAnswer {
  readonly identity: BuildIdentity;
  /** Chip, board and security domain are the ticket's. */
  readonly sameDevice: boolean;
  /** Component types whose digests agree, and those that differ. */
  readonly agree: readonly string[];
  readonly differ: readonly string[];
}

/**
 * Compares a ticket with every identity of a build; the best match comes first.
 *
 * @example
 * ```ts
 * import { type BuildManifest, type Im4m, ticketInBuild } from 'img4';
 *
 * const isFor = (ticket: Im4m, build: BuildManifest): boolean => {
 *   const [best] = ticketInBuild(ticket, build);
 *   return best !== undefined && best.sameDevice && best.differ.length === 0;
 * };
 * ```
 */
export function ticketInBuild(manifest: Im4m, build: BuildManifest): IdentityAnswer[] {
  const value = (name: string): number | undefined => {
    const found = manifest.integer(name);
    return found === undefined ? undefined : Number(found);
  };
  const answers = build.identities.map(identity => {
    const agree: string[] = [];
    const differ: string[] = [];
    for (const { key, payloadType, digest } of identity.components) {
      const type = payloadType ?? componentForKey(key);
      const signed = type === undefined ? undefined : manifest.digest(type);
      if (!digest || !signed || type === undefined) continue;
      (equalBytes(digest, signed) ? agree : differ).push(type);
    }
    const { chip, board, securityDomain } = identity;
    const sameDevice = chip === value('CHIP') && board === value('BORD') && securityDomain === value('SDOM');
    return { identity, sameDevice, agree, differ };
  });
  const rank = (answer: IdentityAnswer): number =>
    (answer.sameDevice ? 1e6 : 0) + answer.agree.length - 1000 * answer.differ.length;
  return answers.sort((a, b) => rank(b) - rank(a));
}

/**
 * Digests of a `Firmware/*.im4p.plist`: component type to digest.
 *
 * @example
 * ```ts
 * import { readImageDigests, writePlist } from 'img4';
 *
 * const digests = readImageDigests(writePlist({ dtre: { Digest: new Uint8Array(48) } }));
 * if (digests.get('dtre')?.length !== 48) throw new Error('not read');
 * ```
 */
export function readImageDigests(input: Uint8Array | string): ReadonlyMap<string, Uint8Array> {
  const digests = new Map<string, Uint8Array>();
  for (const [type, entry] of Object.entries(dict(readPlist(input)))) {
    const { Digest } = dict(entry);
    if (Digest instanceof Uint8Array) digests.set(type, Digest);
  }
  return digests;
}
