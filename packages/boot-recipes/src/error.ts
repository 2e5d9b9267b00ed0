import { type BinaryCode, BinaryError, type BinaryErrorInit, type Fail, isFamily } from '@internal/binary';

/** What went wrong, in a word that programs can test. */
export type BootErrorCode =
  | BinaryCode
  /** The file is in no format that the recipe can load. */
  | 'not-a-kernel'
  /** The format is known, but not this variant of it. */
  | 'unsupported'
  /** The bytes are not those that a digest in the file or beside it is of. */
  | 'bad-digest'
  /** Something does not fit where the boot protocol wants it. */
  | 'placement'
  /** A file that the recipe needs was not given. */
  | 'missing-input'
  /** There is no recipe of that name. */
  | 'unknown-recipe'
  /** The recipe has no such option, or not that value of it. */
  | 'bad-option';

const FAMILY = 'BootError';

/**
 * Every error this package throws itself; files are also read by the other packages, whose errors pass through.
 * `offset` is in bytes from the start of the file, `path` names the file's part or the option.
 *
 * @example
 * ```ts
 * import { boot, isBootError } from 'boot-recipes';
 *
 * try {
 *   await boot('sample', { kernel: new TextEncoder().encode('no kernel') });
 * } catch (error) {
 *   if (!isBootError(error, 'not-a-kernel') || error.offset !== 0) throw error;
 * }
 * ```
 */
export class BootError extends BinaryError<BootErrorCode> {
  constructor(code: BootErrorCode, reason: string, init?: BinaryErrorInit) {
    super(FAMILY, code, reason, init);
  }
}

/**
 * Whether `error` is a {@link BootError}, and has `code` when one is given.
 *
 * @example
 * ```ts
 * import { BootError, isBootError } from 'boot-recipes';
 *
 * const error: unknown = new BootError('placement', 'does not fit', { path: 'memSize' });
 * if (!isBootError(error, 'placement') || isBootError(error, 'unsupported')) throw error;
 * ```
 */
export function isBootError(error: unknown, code?: BootErrorCode): error is BootError {
  return isFamily(error, FAMILY) && (code === undefined || (error as BootError).code === code);
}

/** The shared readers' errors as this package's. */
export const fail: Fail = (code, reason, init) => new BootError(code, reason, init);
