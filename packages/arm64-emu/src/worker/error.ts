import { BinaryError, isBinaryError } from '@internal/binary';
import type { SentError } from './protocol.js';

/**
 * An error of the machine in the worker. The guards of its family, such as `isSnapshotError`, hold for it as for the
 * error itself.
 */
export class RemoteError extends BinaryError {
  constructor({ family, code, message, offset, path }: SentError) {
    super(family, code, message, { offset, path });
    // The text has said where already.
    this.message = message;
  }
}

/** An error as it is sent. */
export function sentError(error: unknown): SentError {
  const message = error instanceof Error ? error.message : String(error);
  if (!isBinaryError(error)) return { family: 'RemoteError', code: 'failed', message, offset: undefined, path: '' };
  const { name, code, offset, path } = error;
  return { family: name, code, message, offset, path };
}
