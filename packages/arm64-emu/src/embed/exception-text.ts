import { EC } from '../cpu/esr.js';
import type { ExceptionEvent } from '../cpu/exceptions.js';

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(EC).map(([name, ec]) => [ec, name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)]),
);
/** Classes whose syndrome ends in a fault status code. */
const ABORTS: readonly number[] = [EC.instructionAbort, EC.instructionAbortLower, EC.dataAbort, EC.dataAbortLower];
const STATUS = ['address size', 'translation', 'access flag', 'permission'] as const;
/** Data aborts: the access was a write. */
const WNR = 0x40;

/** Name of an exception class. */
export function exceptionName(ec: number): string {
  return NAMES.get(ec) ?? `class 0x${ec.toString(16)}`;
}

/** An exception in words: class, fault status and address, or syndrome. */
export function exceptionText({ kind, ec, iss, far }: ExceptionEvent): string {
  if (kind !== 'synchronous') return kind;
  const address = far === undefined ? '' : ` of 0x${far.toString(16)}`;
  if (!ABORTS.includes(ec)) return `${exceptionName(ec)}${address}, syndrome 0x${iss.toString(16)}`;
  const write = (ec === EC.dataAbort || ec === EC.dataAbortLower) && (iss & WNR) !== 0 ? ' (write)' : '';
  const status = iss & 0x3f;
  const what =
    status < 0x10
      ? `${STATUS[status >> 2]} fault, level ${status & 3}`
      : status === 0x10
        ? 'nothing answers'
        : status === 0x21
          ? 'alignment fault'
          : `fault status 0x${status.toString(16)}`;
  return `${exceptionName(ec)}${address}${write}: ${what}`;
}
