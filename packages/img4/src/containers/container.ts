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
