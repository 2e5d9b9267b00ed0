import { BinaryError, type BinaryErrorInit, isFamily } from '@internal/binary';

const FAMILY = 'EmulatorError';
/** `fault`: an address leads nowhere; the rest says what was asked wrongly. */
export type EmulatorErrorCode =
  | 'fault'
  | 'no-register'
  | 'read-only'
  | 'overlap'
  | 'out-of-memory'
  | 'bad-value'
  | 'stopped';

/** The emulator was asked for something that is not there. Guests never cause it. */
export class EmulatorError extends BinaryError<EmulatorErrorCode> {
  constructor(code: EmulatorErrorCode, reason: string, init?: BinaryErrorInit) {
    super(FAMILY, code, reason, init);
  }
}

/** Whether `error` is an {@link EmulatorError}, with the given code if there is one. */
export function isEmulatorError(error: unknown, code?: EmulatorErrorCode): error is EmulatorError {
  return isFamily(error, FAMILY) && (code === undefined || (error as EmulatorError).code === code);
}
