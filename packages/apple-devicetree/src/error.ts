import { BinaryError, type BinaryErrorInit, isFamily } from '@internal/binary';

/** What went wrong, in a word that programs can test. */
export type DeviceTreeErrorCode =
  /** The input ends inside a node or a property. */
  | 'truncated'
  /** A node announces more properties or children than the rest of the input can hold. */
  | 'bad-count'
  /** Nodes are nested deeper than the limit. */
  | 'too-deep'
  /** The input is some other format, a container, or encrypted. */
  | 'not-a-device-tree'
  /** A value does not fit its type, or a name does not fit its field. */
  | 'bad-value'
  /** A number is outside its field. */
  | 'out-of-range'
  /** No such node or property. */
  | 'not-found'
  /** The name is taken, or the node is already part of a tree. */
  | 'conflict'
  /** A path, edit list, text, JSON or DTS form does not follow its grammar. */
  | 'syntax'
  /** No free slot or no source for a value is left. */
  | 'exhausted';

/** Name of the error family; errors thrown by another copy of this package have it too. */
const FAMILY = 'DeviceTreeError';

/**
 * Every error this package throws.
 *
 * `offset` is in bytes from the start of the input (characters, for text forms); `path` names the node and property,
 * such as `/arm-io/uart0.reg`.
 *
 * @example
 * ```ts
 * import { isDeviceTreeError, openTree } from 'apple-devicetree';
 * try {
 *   openTree(new Uint8Array(100));
 * } catch (error) {
 *   if (isDeviceTreeError(error, 'not-a-device-tree')) console.log(error.offset, error.message);
 * }
 * ```
 */
export class DeviceTreeError extends BinaryError<DeviceTreeErrorCode> {
  constructor(code: DeviceTreeErrorCode, reason: string, init?: BinaryErrorInit) {
    super(FAMILY, code, reason, init);
  }
}

/**
 * Whether `error` is a {@link DeviceTreeError}, and has `code` when one is given.
 *
 * @example
 * ```ts
 * import { createTree, isDeviceTreeError } from 'apple-devicetree';
 * try {
 *   createTree().node('/nowhere');
 * } catch (error) {
 *   isDeviceTreeError(error, 'not-found'); // true
 * }
 * ```
 */
export function isDeviceTreeError(error: unknown, code?: DeviceTreeErrorCode): error is DeviceTreeError {
  return isFamily(error, FAMILY) && (code === undefined || (error as DeviceTreeError).code === code);
}

export const fail = (code: DeviceTreeErrorCode, reason: string, init?: BinaryErrorInit): DeviceTreeError =>
  new DeviceTreeError(code, reason, init);
