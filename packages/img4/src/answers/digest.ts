import { equalBytes } from '../bytes.js';
import type { Im4m } from '../containers/im4m.js';
import { Im4p } from '../containers/im4p.js';
import { type DigestAlgorithm, digest, digestAlgorithm } from '../crypto/digest.js';
import { Img4Error } from '../error.js';

/**
 * Digest of an image as tickets and BuildManifests hold it: over the whole IM4P, its type set to `type` first.
 * Components that are no IM4P (such as `efib`) are hashed as they are.
 *
 * @example
 * ```ts
 * import { createPayload, imageDigest } from 'img4';
 *
 * const tree = createPayload({ type: 'dtre', data: new Uint8Array(16) });
 * // The digest that a restore ticket holds for it.
 * if ((await imageDigest(tree, 'SHA-384', 'rdtr')).length !== 48) throw new Error('no digest');
 * ```
 */
export async function imageDigest(
  image: Im4p | Uint8Array,
  algorithm: DigestAlgorithm,
  type?: string,
): Promise<Uint8Array> {
  if (image instanceof Uint8Array) return digest(algorithm, image);
  const typed = type === undefined || type === image.type ? image : image.with({ type });
  return digest(algorithm, typed.toBytes());
}

/** Digests of an image, each made once. */
class Digests {
  private readonly made = new Map<string, Promise<Uint8Array>>();
  constructor(private readonly image: Im4p | Uint8Array) {}

  async equal(expected: Uint8Array, type: string): Promise<boolean> {
    const algorithm = digestAlgorithm(expected.length);
    const key = `${algorithm} ${this.image instanceof Uint8Array ? '' : type}`;
    const found = this.made.get(key) ?? imageDigest(this.image, algorithm, type);
    this.made.set(key, found);
    return equalBytes(await found, expected);
  }
}

/** Types that the same image serves under in an ordinary and in a restore boot. */
const RETYPED: readonly (readonly [string, string])[] = [
  ['dtre', 'rdtr'],
  ['krnl', 'rkrn'],
  ['logo', 'rlgo'],
  ['sepi', 'rsep'],
  ['trst', 'rtsc'],
  ['ansf', 'rans'],
  ['dcpf', 'rdcp'],
  ['ftap', 'rfta'],
  ['ftsp', 'rfts'],
];

const otherTypes = (type: string): string[] => RETYPED.flatMap(([a, b]) => (a === type ? [b] : b === type ? [a] : []));

/** Whether an image belongs to a ticket. */
export interface TicketAnswer {
  readonly matches: boolean;
  /** The ticket's component that the image is. */
  readonly type?: string;
  /** Whether the image's type has to be changed to that first. */
  readonly retyped?: boolean;
  /** Why it does not belong. */
  readonly reason?: string;
}

/** How to look for an image. */
export interface TicketOptions {
  /** Try this component of the ticket only. Needed for components that are no IM4P. */
  readonly type?: string;
  /** Try every component, not only the image's own type and its restore counterpart. */
  readonly anyType?: boolean;
}

/**
 * Whether the image's digest is in the ticket: under its own type, under its restore counterpart, or under `type`.
 *
 * @example
 * ```ts
 * import { Img4, imageInTicket } from 'img4';
 *
 * async function belongs(file: Uint8Array): Promise<boolean> {
 *   const { payload, manifest } = Img4.parse(file);
 *   return manifest !== undefined && (await imageInTicket(payload, manifest)).matches;
 * }
 * ```
 */
export async function imageInTicket(
  image: Im4p | Uint8Array,
  manifest: Im4m,
  options: TicketOptions = {},
): Promise<TicketAnswer> {
  const own = image instanceof Im4p ? image.type : undefined;
  if (own === undefined && options.type === undefined && !options.anyType)
    throw new Img4Error('bad-value', 'a component that is no IM4P needs the type to look under', { path: 'type' });
  const first = options.type === undefined ? (own === undefined ? [] : [own, ...otherTypes(own)]) : [options.type];
  const rest = options.anyType ? manifest.objects.map(object => object.type) : [];
  const digests = new Digests(image);
  for (const type of new Set([...first, ...rest])) {
    const expected = manifest.digest(type);
    if (!expected || !(await digests.equal(expected, type))) continue;
    return { matches: true, type, retyped: own !== undefined && type !== own };
  }
  const listed = first.filter(type => manifest.object(type));
  return {
    matches: false,
    reason:
      listed.length > 0
        ? `the ticket has another digest for ${listed.map(type => `"${type}"`).join(' and ')}`
        : `the ticket has no component ${first.map(type => `"${type}"`).join(' or ')}`,
  };
}
