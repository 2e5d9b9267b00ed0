/** Encoding patterns: literal bits and named fields from bit 31 down, parsed by the type system as well as at run time. */

type Name<T extends string> = T extends `${'0' | '1'}${string}` | '' ? never : T extends `${infer N}:${string}` ? N : T;
/** Names of the fields in a pattern. */
export type Names<P extends string> = P extends `${infer A} ${infer B}` ? Name<A> | Names<B> : Name<P>;
/** The raw fields of a pattern, as unsigned numbers: a misspelt field does not compile. */
export type Fields<P extends string> = { readonly [K in Names<P>]: number };

/** A field: bits `[lsb, lsb + width)`, and a mask of as many bits. */
export interface Field {
  readonly name: string;
  readonly lsb: number;
  readonly width: number;
  readonly mask: number;
}

/** A parsed pattern: an instruction matches when `(word & mask) === bits`. */
export interface Pattern {
  readonly mask: number;
  readonly bits: number;
  readonly fields: readonly Field[];
}

/**
 * Parses a pattern such as `sf op S 100010 sh imm12:12 Rn:5 Rd:5`: literal bits, `name` (one bit) and `name:width`.
 * Throws when the widths do not add up to 32.
 */
export function parsePattern(text: string): Pattern {
  let at = 32;
  let mask = 0;
  let bits = 0;
  const fields: Field[] = [];
  for (const token of text.split(/ +/)) {
    if (/^[01]+$/.test(token)) {
      at -= token.length;
      mask |= (2 ** token.length - 1) * 2 ** at;
      bits |= Number.parseInt(token, 2) * 2 ** at;
    } else {
      const [name, width] = token.split(':') as [string, string | undefined];
      const count = Number(width ?? 1);
      at -= count;
      fields.push({ name, lsb: at, width: count, mask: 2 ** count - 1 });
    }
  }
  if (at !== 0) throw new Error(`pattern "${text}" has ${32 - at} bits`);
  return { mask, bits, fields };
}

/** The fields of `word`. */
export function extractFields(pattern: Pattern, word: number): Record<string, number> {
  const f: Record<string, number> = {};
  for (const { name, lsb, mask } of pattern.fields) f[name] = (word >>> lsb) & mask;
  return f;
}
