import { type DerElement, type DerOptions, der } from '../der/index.js';
import { Img4Error } from '../error.js';
import { Container, magicSequence, soleElement } from './container.js';
import { encodeProperties, findProperty, type Property, readProperties } from './property.js';

/**
 * An IM4R restore info: `SEQUENCE { "IM4R", SET OF property }`. BNCN is the boot nonce generator, 8 bytes little-endian.
 *
 * @example
 * ```ts
 * import { Im4r } from 'img4';
 *
 * const info = Im4r.fromGenerator(0x74d950b4c9e16e56n);
 * if (Im4r.parse(info.toBytes()).generator !== 0x74d950b4c9e16e56n) throw new Error('generator lost');
 * ```
 */
export class Im4r extends Container {
  /** What it holds: BNCN, and others that `CATALOGUE` names. */
  readonly properties: readonly Property[];
  /** DER of elements after the known ones. */
  readonly unknown: readonly Uint8Array[];

  /** Reads from an element of a larger structure. */
  constructor(element: DerElement) {
    super(element);
    const children = magicSequence(element, 'IM4R', 2);
    // Nothing signs an IM4R, devices take any order, and idevicerestore writes ucon before ucer.
    this.properties = readProperties(children[1]!, 'IM4R', false);
    this.unknown = children.slice(2).map(child => child.bytes);
  }

  /** Reads an IM4R that fills `bytes`; throws Img4Error when it is not one. */
  static parse(bytes: Uint8Array, options: DerOptions = {}): Im4r {
    return new Im4r(soleElement(bytes, options, 'IM4R'));
  }

  /** Makes restore info of these properties. */
  static create(properties: readonly Property[]): Im4r {
    return Im4r.parse(der.sequence(der.ia5('IM4R'), encodeProperties(properties, 'IM4R')));
  }

  /** Restore info that sets the boot nonce generator, an unsigned 64-bit number. */
  static fromGenerator(generator: bigint): Im4r {
    return Im4r.create([{ name: 'BNCN', value: { type: 'octets', value: generatorBytes(generator) } }]);
  }

  /** The boot nonce generator, when BNCN is there. */
  get generator(): bigint | undefined {
    const value = findProperty(this.properties, 'BNCN')?.value;
    if (value?.type !== 'octets' || value.value.length !== 8) return undefined;
    return new DataView(value.value.buffer, value.value.byteOffset, 8).getBigUint64(0, true);
  }
}

/**
 * The 8 bytes, little-endian, that a generator is stored and hashed as.
 *
 * @example
 * ```ts
 * import { generatorBytes } from 'img4';
 *
 * if (generatorBytes(1n)[0] !== 1) throw new Error('not little-endian');
 * ```
 */
export function generatorBytes(generator: bigint): Uint8Array {
  if (generator < 0n || generator > 0xffff_ffff_ffff_ffffn)
    throw new Img4Error('out-of-range', `generator ${generator} is not an unsigned 64-bit number`, { path: 'BNCN' });
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, generator, true);
  return bytes;
}
