import { BinaryError, type BinaryErrorInit, isFamily } from '@internal/binary';

const FAMILY = 'SnapshotError';
/**
 * `bad-magic`, `bad-version`, `truncated`, `bad-value`: the bytes are no snapshot; `mismatch`: of another machine;
 * `unsupported`: a device cannot be saved; `busy`: something is scheduled that cannot be saved.
 */
export type SnapshotErrorCode =
  | 'bad-magic'
  | 'bad-version'
  | 'truncated'
  | 'bad-value'
  | 'mismatch'
  | 'unsupported'
  | 'busy';

/** A snapshot cannot be made, or cannot be restored here. */
export class SnapshotError extends BinaryError<SnapshotErrorCode> {
  constructor(code: SnapshotErrorCode, reason: string, init?: BinaryErrorInit) {
    super(FAMILY, code, reason, init);
  }
}

/** Whether `error` is a {@link SnapshotError}, with the given code if there is one. */
export function isSnapshotError(error: unknown, code?: SnapshotErrorCode): error is SnapshotError {
  return isFamily(error, FAMILY) && (code === undefined || (error as SnapshotError).code === code);
}
