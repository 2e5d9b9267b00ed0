/** What a decoded value can be. Addresses and other 64-bit numbers are `bigint`; a flag is `true`. */
export type DecodedValue =
  | string
  | number
  | bigint
  | true
  | Uint8Array
  | readonly DecodedValue[]
  | { readonly [field: string]: DecodedValue };

/**
 * How the bytes of a value are read and written.
 *
 * `decode` is exact: whenever it gives a value, `encode` of that value gives the same bytes again. Bytes that are not of
 * this type give undefined.
 */
export interface ValueType<T = DecodedValue> {
  /** Name in text, JSON and edit lists, such as `u32[]` or `reg<2,2>`. */
  readonly id: string;
  decode(bytes: Uint8Array): T | undefined;
  /** @throws {@link DeviceTreeError} `bad-value` or `out-of-range` */
  encode(value: T): Uint8Array;
}

/** The value that a type decodes to. */
export type ValueOf<Type> = Type extends ValueType<infer T> ? T : never;

/** A type whose values are one of {@link DecodedValue}, whichever it is. */
export interface AnyType {
  readonly id: string;
  decode(bytes: Uint8Array): DecodedValue | undefined;
  encode(value: never): Uint8Array;
}
