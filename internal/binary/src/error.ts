/** Where and what: the fields that every error of the five packages carries. */
export interface BinaryErrorInit {
  /** Byte offset into the input that was being read or written, when there is one. */
  readonly offset?: number | undefined;
  /** Field path inside the format, such as `IM4P.keybag[1].iv`; empty for the input as a whole. */
  readonly path?: string | undefined;
  /** The error underneath, if any. */
  readonly cause?: unknown;
}

/** Shared by all copies of this class, so that guards work across separately bundled packages. */
const family: unique symbol = Symbol.for('binary-error.family') as never;

/**
 * Base of the packages' errors. `code` says what went wrong in a word that programs can test,
 * `offset` and `path` say where; `message` says all three for people.
 */
export abstract class BinaryError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly offset: number | undefined;
  readonly path: string;
  readonly [family]: string;

  constructor(familyName: string, code: Code, reason: string, init: BinaryErrorInit = {}) {
    const path = init.path ?? '';
    const at = init.offset === undefined ? '' : ` at byte 0x${init.offset.toString(16)}`;
    super(
      `${path === '' ? '' : `${path}: `}${reason}${at}`,
      init.cause === undefined ? undefined : { cause: init.cause },
    );
    this.name = familyName;
    this.code = code;
    this.offset = init.offset;
    this.path = path;
    this[family] = familyName;
  }
}

/** Whether `error` is a {@link BinaryError} of the named family, from whichever bundle it was thrown. */
export function isFamily(error: unknown, familyName: string): boolean {
  return error instanceof Error && (error as { [family]?: string })[family] === familyName;
}

/** Whether `error` is a {@link BinaryError} of any package. */
export function isBinaryError(error: unknown): error is BinaryError {
  return error instanceof Error && typeof (error as { [family]?: string })[family] === 'string';
}

/** Codes that the shared cursor and layouts raise; every package's own union includes them. */
export type BinaryCode = 'truncated' | 'bad-value' | 'out-of-range';

/** Makes a package's error from a shared one's parts; cursors and layouts are given the package's own. */
export type Fail = (code: BinaryCode, reason: string, init: BinaryErrorInit) => BinaryError;
