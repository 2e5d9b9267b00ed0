import { BinaryError, type BinaryErrorInit, isFamily } from '@internal/binary';

const FAMILY = 'RecordingError';
/**
 * `bad-magic`, `bad-version`, `truncated`, `bad-value`: the bytes are no recording; `mismatch`: of another machine, or of
 * another state of it; `diverged`: the machine did something else than when it was recorded; `busy`: its input is
 * being recorded or replayed already.
 */
export type RecordingErrorCode =
  | 'bad-magic'
  | 'bad-version'
  | 'truncated'
  | 'bad-value'
  | 'mismatch'
  | 'diverged'
  | 'busy';

/** A recording cannot be made, read or replayed. */
export class RecordingError extends BinaryError<RecordingErrorCode> {
  constructor(code: RecordingErrorCode, reason: string, init?: BinaryErrorInit) {
    super(FAMILY, code, reason, init);
  }
}

/** Whether `error` is a {@link RecordingError}, with the given code if there is one. */
export function isRecordingError(error: unknown, code?: RecordingErrorCode): error is RecordingError {
  return isFamily(error, FAMILY) && (code === undefined || (error as RecordingError).code === code);
}
