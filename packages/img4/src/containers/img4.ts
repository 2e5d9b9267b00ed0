import { concatBytes, latin1 } from '../bytes.js';
import { CONTEXT, DerElement, type DerOptions, der, Tag } from '../der/index.js';
import { Img4Error } from '../error.js';
import { Container, editParts, magicSequence, type Part, soleElement } from './container.js';
import { Im4c } from './im4c.js';
import { Im4m } from './im4m.js';
import { Im4p } from './im4p.js';
import { Im4r } from './im4r.js';

type Role = 'magic' | 'payload' | 'manifest' | 'restoreInfo';
const ORDER: readonly Role[] = ['magic', 'payload', 'manifest', 'restoreInfo'];

/**
 * An IMG4: `SEQUENCE { "IMG4", IM4P, [0] { IM4M }?, [1] { IM4R }? }`, a payload stitched to its ticket.
 *
 * @example
 * ```ts
 * import { createPayload, Img4, Im4r } from 'img4';
 *
 * const payload = createPayload({ type: 'logo', data: new Uint8Array(4) });
 * const image = Img4.create({ payload, restoreInfo: Im4r.fromGenerator(1n) });
 * const edited = image.with({ payload: payload.with({ type: 'rlgo' }) });
 * if (edited.restoreInfo?.generator !== 1n || edited.manifest) throw new Error('edit failed');
 * ```
 */
export class Img4 extends Container {
  /** The payload. */
  readonly payload: Im4p;
  /** The ticket, when the file is signed. */
  readonly manifest: Im4m | undefined;
  /** The restore info, when there is any. */
  readonly restoreInfo: Im4r | undefined;
  /** DER of elements that are none of these. */
  readonly unknown: readonly Uint8Array[];
  readonly #parts: readonly Part<Role>[];

  /** Reads from an element of a larger structure. */
  constructor(
    element: DerElement,
    private readonly options: DerOptions = {},
  ) {
    super(element);
    const children = magicSequence(element, 'IMG4', 2);
    this.payload = new Im4p(children[1]!, options);
    let manifest: Im4m | undefined;
    let restoreInfo: Im4r | undefined;
    this.#parts = children.map((child, i) => {
      let role: Role | undefined = i < 2 ? ORDER[i] : undefined;
      if (i >= 2 && child.is(0, CONTEXT) && !manifest) {
        manifest = new Im4m(only(child, 'IMG4.IM4M'));
        role = 'manifest';
      } else if (i >= 2 && child.is(1, CONTEXT) && !restoreInfo) {
        restoreInfo = new Im4r(only(child, 'IMG4.IM4R'));
        role = 'restoreInfo';
      }
      return { role, bytes: child.bytes };
    });
    this.manifest = manifest;
    this.restoreInfo = restoreInfo;
    this.unknown = this.#parts.filter(part => part.role === undefined).map(part => part.bytes);
  }

  /**
   * Reads an IMG4 that fills `bytes`; {@link parseImg4File} takes several in a row.
   *
   * @throws Img4Error when it is not one
   */
  static parse(bytes: Uint8Array, options: DerOptions = {}): Img4 {
    return new Img4(soleElement(bytes, options, 'IMG4'), options);
  }

  /** Joins parts without asking whether they belong together; `stitch` asks. */
  static create(parts: { readonly payload: Im4p; readonly manifest?: Im4m; readonly restoreInfo?: Im4r }): Img4 {
    return Img4.parse(
      der.sequence(
        der.ia5('IMG4'),
        parts.payload.toBytes(),
        ...(parts.manifest ? [der.context(0, parts.manifest.toBytes())] : []),
        ...(parts.restoreInfo ? [der.context(1, parts.restoreInfo.toBytes())] : []),
      ),
      { mode: 'lenient' },
    );
  }

  /** An edited copy; parts that are not named keep their exact bytes, `undefined` drops an optional part. */
  with(changes: {
    readonly payload?: Im4p;
    readonly manifest?: Im4m | undefined;
    readonly restoreInfo?: Im4r | undefined;
  }): Img4 {
    const encoded = new Map<Role, Uint8Array | undefined>();
    if (changes.payload) encoded.set('payload', changes.payload.toBytes());
    if ('manifest' in changes) encoded.set('manifest', changes.manifest && der.context(0, changes.manifest.toBytes()));
    if ('restoreInfo' in changes)
      encoded.set('restoreInfo', changes.restoreInfo && der.context(1, changes.restoreInfo.toBytes()));
    return Img4.parse(der.sequence(...editParts(this.#parts, ORDER, encoded)), this.options);
  }
}

function only(element: DerElement, path: string): DerElement {
  const children = element.children(path);
  if (children.length !== 1) throw element.error('bad-value', `one element expected, ${children.length} found`, path);
  return children[0]!;
}

/** Any structure of the family that stands by itself. */
export type Img4Object = Img4 | Im4p | Im4m | Im4r | Im4c;

/** What a file holds: one structure or several in a row (a "superblock"), and bytes after the last. */
export class Img4File {
  constructor(
    readonly objects: readonly Img4Object[],
    /** Bytes after the last structure, such as the stray byte that some saved tickets end with. */
    readonly trailing: Uint8Array,
    /** Zero padding before each structure, when a superblock aligns them. */
    readonly padding: readonly Uint8Array[] = [],
  ) {}

  /** The file's bytes, exactly as read unless objects were exchanged. */
  toBytes(): Uint8Array {
    const none = new Uint8Array(0);
    const parts = this.objects.flatMap((object, i) => [this.padding[i] ?? none, object.toBytes()]);
    return concatBytes([...parts, this.trailing]);
  }
}

/**
 * `IMG4`, `IM4P`, `IM4M`, `IM4R` or `IM4C`.
 *
 * @example
 * ```ts
 * import { Im4r, kindOf } from 'img4';
 *
 * if (kindOf(Im4r.fromGenerator(1n)) !== 'IM4R') throw new Error('another kind');
 * ```
 */
export function kindOf(object: Img4Object): 'IMG4' | 'IM4P' | 'IM4M' | 'IM4R' | 'IM4C' {
  if (object instanceof Img4) return 'IMG4';
  if (object instanceof Im4p) return 'IM4P';
  if (object instanceof Im4m) return 'IM4M';
  return object instanceof Im4r ? 'IM4R' : 'IM4C';
}

/** Shorter than any structure of the family: what follows the last one is then padding or a stray byte. */
const LEAST_OBJECT = 10;

/**
 * Reads whatever the family has: IMG4, IM4P, IM4M, IM4R or IM4C, several in a row, bytes after them.
 *
 * @throws Img4Error `unknown-format` when `bytes` begin with none of these
 * @example
 * ```ts
 * import { Im4p, kindOf, parseImg4File } from 'img4';
 *
 * const one = Im4p.create({ type: 'logo', data: new Uint8Array(4) }).toBytes();
 * const file = parseImg4File(new Uint8Array([...one, ...one, 0x0a]));
 * if (file.objects.map(kindOf).join() !== 'IM4P,IM4P' || file.trailing.length !== 1) throw new Error('not two images');
 * ```
 */
export function parseImg4File(bytes: Uint8Array, options: DerOptions = {}): Img4File {
  const objects: Img4Object[] = [];
  const padding: Uint8Array[] = [];
  let at = 0;
  for (let next = 0; objects.length === 0 || beginsObject(bytes, next); next = skipZeros(bytes, at)) {
    const object = parseObject(bytes, next, options);
    objects.push(object);
    padding.push(bytes.subarray(at, next));
    at = next + object.toBytes().length;
  }
  return new Img4File(objects, bytes.subarray(at), padding);
}

function skipZeros(bytes: Uint8Array, at: number): number {
  while (at < bytes.length && bytes[at] === 0) at++;
  return at;
}

/** Whether what is at `at` claims to be a structure of the family: then it has to be a good one. */
function beginsObject(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0x30 || bytes.length - at < LEAST_OBJECT) return false;
  return /IM(G4|4[PMRC])/.test(latin1(bytes.subarray(at + 2, at + 14)));
}

function parseObject(bytes: Uint8Array, at: number, options: DerOptions): Img4Object {
  if (bytes[at] !== 0x30)
    throw new Img4Error(
      bytes.length === at ? 'truncated' : 'unknown-format',
      bytes.length === at
        ? 'there is no data'
        : latin1(bytes.subarray(at, at + 4)) === '3gmI'
          ? 'this is an IMG3 file, of the time before IMG4'
          : 'this is no IMG4, IM4P, IM4M, IM4R or IM4C: it begins with no SEQUENCE',
      { offset: at },
    );
  const element = DerElement.at(bytes, at, options);
  const first = element.sequence('')[0];
  const magic = first?.is(Tag.IA5_STRING) ? first.ia5('') : undefined;
  switch (magic) {
    case 'IMG4':
      return new Img4(element, options);
    case 'IM4P':
      return new Im4p(element, options);
    case 'IM4M':
      return new Im4m(element);
    case 'IM4R':
      return new Im4r(element);
    case 'IM4C':
      return new Im4c(element);
    default:
      throw new Img4Error('unknown-format', 'this SEQUENCE is no IMG4, IM4P, IM4M, IM4R or IM4C', { offset: at });
  }
}
