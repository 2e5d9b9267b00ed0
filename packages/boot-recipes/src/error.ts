import { type BinaryCode, BinaryError, type BinaryErrorInit, type Fail, isFamily } from '@internal/binary';

/** What went wrong, in a word that programs can test. */
export type BootErrorCode =
  | BinaryCode
  /** The file is in no format that the recipe can load. */
  | 'not-a-kernel'
  /** The format is known, but not this variant of it. */
  | 'unsupported'
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
 * try { await boot('linux', { kernel }); } catch (error) {
 *   if (isBootError(error, 'not-a-kernel')) console.error(error.message);
 * }
 */
export class BootError extends BinaryError<BootErrorCode> {
  constructor(code: BootErrorCode, reason: string, init?: BinaryErrorInit) {
    super(FAMILY, code, reason, init);
  }
}

/**
 * Whether `error` is a {@link BootError}, and has `code` when one is given.
 *
 * @example isBootError(error, 'placement')
 */
export function isBootError(error: unknown, code?: BootErrorCode): error is BootError {
  return isFamily(error, FAMILY) && (code === undefined || (error as BootError).code === code);
}

/** The shared readers' errors as this package's. */
export const fail: Fail = (code, reason, init) => new BootError(code, reason, init);
