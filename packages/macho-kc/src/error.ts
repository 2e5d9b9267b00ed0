import { BinaryError, type BinaryErrorInit, type Fail, isFamily } from '@internal/binary';

/** What a {@link MachOError} can say went wrong. */
export type MachOErrorCode =
  | 'truncated'
  | 'bad-value'
  | 'out-of-range'
  | 'bad-magic'
  | 'unsupported'
  | 'bad-load-command'
  | 'bad-fixups'
  | 'bad-plist'
  | 'bad-symbols'
  | 'bad-signature'
  | 'limit'
  | 'not-found'
  | 'ambiguous'
  | 'patch-mismatch'
  | 'no-space'
  | 'link';

/**
 * Error of every function of this package: `code` for programs, `offset` in bytes into the input and the field's
 * `path` for people.
 *
 * @example
 * try {
 *   new MachO(new Uint8Array(4));
 * } catch (error) {
 *   if (isMachOError(error, 'bad-magic')) console.log(error.offset);
 * }
 */
export class MachOError extends BinaryError<MachOErrorCode> {
  constructor(code: MachOErrorCode, reason: string, init: BinaryErrorInit = {}) {
    super('MachOError', code, reason, init);
  }
}

/** Whether `error` is a {@link MachOError}, and of that `code` when one is given. */
export function isMachOError(error: unknown, code?: MachOErrorCode): error is MachOError {
  return isFamily(error, 'MachOError') && (code === undefined || (error as MachOError).code === code);
}

/** Makes this package's error for the shared cursor and layouts. */
export const fail: Fail = (code, reason, init) => new MachOError(code, reason, init);

/** Upper-case name or hex text of a number, for messages. */
export const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
