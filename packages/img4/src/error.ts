import { type BinaryCode, BinaryError, type BinaryErrorInit, isFamily } from '@internal/binary';

/**
 * What went wrong, in a word that programs can test.
 *
 * - `truncated`: the input ends inside the field that `path` names
 * - `bad-value`, `out-of-range`: a field holds something its format does not allow
 * - `bad-tag`: another ASN.1 element was expected here
 * - `not-der`: valid BER, but not the one encoding that DER allows (accepted in lenient mode)
 * - `trailing-data`: bytes are left after the structure's end
 * - `unknown-format`: the input is none of the formats that this package knows
 * - `encrypted`: the payload needs a key, which was not given
 * - `bad-key`: a key or IV has the wrong size
 * - `corrupt`: a compressed stream contradicts itself
 * - `too-large`: a declared size exceeds the caller's limit
 * - `mismatch`: two parts do not belong together
 * - `unsupported`: known, but not implemented
 */
export type Img4Code =
  | BinaryCode
  | 'bad-tag'
  | 'not-der'
  | 'trailing-data'
  | 'unknown-format'
  | 'encrypted'
  | 'bad-key'
  | 'corrupt'
  | 'too-large'
  | 'mismatch'
  | 'unsupported';

/**
 * Every error this package throws on purpose: `code`, byte `offset` into the input, field `path`.
 *
 * @example
 * ```ts
 * import { Img4Error, parseImg4File } from 'img4';
 *
 * try {
 *   parseImg4File(new Uint8Array([0]));
 * } catch (error) {
 *   if (!(error instanceof Img4Error) || error.offset !== 0) throw error;
 * }
 * ```
 */
export class Img4Error extends BinaryError<Img4Code> {
  constructor(code: Img4Code, reason: string, init?: BinaryErrorInit) {
    super('Img4Error', code, reason, init);
  }
}

/**
 * Whether `error` is an {@link Img4Error}, and of `code` when one is given.
 *
 * @example
 * ```ts
 * import { Im4p, isImg4Error } from 'img4';
 *
 * try {
 *   Im4p.parse(new Uint8Array([0x30, 0x05, 0x16]));
 * } catch (error) {
 *   if (!isImg4Error(error, 'truncated')) throw error;
 * }
 * ```
 */
export function isImg4Error(error: unknown, code?: Img4Code): error is Img4Error {
  return isFamily(error, 'Img4Error') && (code === undefined || (error as Img4Error).code === code);
}
