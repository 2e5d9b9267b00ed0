/** Bytes with wildcards, as text: `7f 23 03 d5 ?? ?? ?? 94`; `?` stands for any half byte. */
export type BytePattern = string;

/**
 * Where a patch applies. Addresses are virtual; `image` is a bundle id, the kernel when absent.
 * - `symbol`: a symbol's address
 * - `string`: the function (or the referring instruction) that uses this text
 * - `call`: the call to a symbol, inside the function of another symbol or of a text
 * - `call-after-string`: the first call (BL) after the use of a text, or the one after `skip` more: the call that the text
 *   is passed to comes first
 * - `flag`: what a function loads 1 or 4 bytes from, other than a symbol
 * - `bytes`: a byte pattern in the code, data or whole file
 * - `instructions`: masked instruction words in code
 * - `load-command`: a load command's bytes; `text`: a range of the file between two texts
 * - `address`, `offset`: a known place
 */
export type Locator = { readonly image?: string; readonly add?: number } & (
  | { readonly by: 'symbol'; readonly symbol: string }
  | { readonly by: 'string'; readonly text: string; readonly at?: 'function' | 'reference' }
  | { readonly by: 'call'; readonly to: string; readonly inFunction?: string; readonly inFunctionUsing?: string }
  | { readonly by: 'call-after-string'; readonly text: string; readonly skip?: number }
  | { readonly by: 'flag'; readonly inFunction: string; readonly not: string }
  | { readonly by: 'bytes'; readonly pattern: BytePattern; readonly segment?: string }
  | { readonly by: 'instructions'; readonly words: readonly { readonly mask: number; readonly value: number }[] }
  | { readonly by: 'load-command'; readonly command: string }
  | {
      readonly by: 'text';
      readonly from: string;
      readonly to: string;
      readonly followedBy: string;
      readonly within: number;
    }
  | { readonly by: 'address'; readonly address: bigint }
  | { readonly by: 'offset'; readonly offset: number }
);

/** What is written: bytes (hex text), or every byte of the place found. */
export type Replacement = { readonly bytes: string } | { readonly fill: number };

/** One patch, as data. */
export interface Patch {
  readonly name: string;
  /** Why somebody wants it. */
  readonly reason: string;
  /** Ways to find the place, tried in order; each must find exactly one (any number with `every`). */
  readonly find: readonly Locator[];
  /** All places that the locator finds are patched, not only one; none is no error. */
  readonly every?: boolean;
  /** What must stand there: one of these patterns. */
  readonly expect?: readonly BytePattern[];
  readonly replace: Replacement;
}

/** A rewrite of all code: pointer-authentication instructions to their plain forms. */
export interface Rewrite {
  readonly name: string;
  readonly reason: string;
  readonly rewrite: 'pac-to-plain';
}

/** Patches that are applied together or not at all. */
export interface PatchSet {
  readonly name: string;
  readonly description: string;
  readonly patches: readonly (Patch | Rewrite)[];
}
