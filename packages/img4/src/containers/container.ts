import { DerElement, type DerOptions } from '../der/index.js';

/** A parsed structure of the IMG4 family. It is never modified: edits make a new one. */
export abstract class Container {
  constructor(protected readonly element: DerElement) {}

  /** The exact bytes it was read from: a view of the input. */
  toBytes(): Uint8Array {
    return this.element.bytes;
  }

  /** Offset in the input it was read from, in bytes. */
  get offset(): number {
    return this.element.offset;
  }
}

/** Reads the one element that `bytes` are, and nothing after it. */
export function soleElement(bytes: Uint8Array, options: DerOptions, path: string): DerElement {
  const element = DerElement.at(bytes, 0, options, path);
  if (element.end !== bytes.length) {
    const rest = bytes.length - element.end;
    throw element.error(
      'trailing-data',
      `${rest} bytes follow the ${path} that ends at 0x${element.end.toString(16)}`,
      path,
    );
  }
  return element;
}

/** The children of a SEQUENCE that begins with the IA5String `magic`. */
export function magicSequence(element: DerElement, magic: string, least: number): readonly DerElement[] {
  const children = element.sequence(magic);
  const found = children[0]?.ia5(`${magic}.magic`);
  if (found !== magic)
    throw element.error(
      'unknown-format',
      `"${magic}" expected, ${found === undefined ? 'nothing' : `"${found}"`} found`,
      magic,
    );
  if (children.length < least)
    throw element.error('truncated', `${least} elements expected, ${children.length} found`, magic);
  return children;
}

/** An element of a SEQUENCE with the part it plays; `undefined` for one that is not known. */
export interface Part<Role extends string> {
  readonly role: Role | undefined;
  readonly bytes: Uint8Array;
}

/**
 * The elements of a SEQUENCE after an edit, in their order: changed ones exchanged or dropped, new ones put after
 * the last that `order` names before them.
 */
export function editParts<Role extends string>(
  parts: readonly Part<Role>[],
  order: readonly Role[],
  changes: ReadonlyMap<Role, Uint8Array | undefined>,
): Uint8Array[] {
  const edited: Part<Role>[] = parts.flatMap(part => {
    if (part.role === undefined || !changes.has(part.role)) return [part];
    const bytes = changes.get(part.role);
    return bytes ? [{ role: part.role, bytes }] : [];
  });
  for (const [role, bytes] of changes) {
    if (!bytes || parts.some(part => part.role === role)) continue;
    const before = order.slice(0, order.indexOf(role));
    const at = edited.findLastIndex(part => part.role !== undefined && before.includes(part.role));
    edited.splice(at + 1, 0, { role, bytes });
  }
  return edited.map(part => part.bytes);
}
