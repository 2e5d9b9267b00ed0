import { hex } from '../error.js';
import type { NewSegment } from '../macho/writer.js';
import { alignUp, alignUp64 } from '../source.js';
import type { ImportTable } from './imports.js';
import { type OutsideBranch, stubCode, stubSize } from './stubs.js';

/** Segments of stubs and of the pointers that they jump through. */
export interface StubSegments {
  readonly segments: NewSegment[];
  /** Pointers: offset in the last segment, and number of the import. */
  readonly got: readonly { readonly at: number; readonly number: number }[];
  /** Imports for the indirect symbol table. */
  readonly indirect: readonly number[];
}

export const NO_STUBS: StubSegments = { segments: [], got: [], indirect: [] };

/** What {@link stubSegments} needs of the extraction. */
export interface StubInput {
  readonly branches: readonly OutsideBranch[];
  readonly imports: ImportTable;
  readonly authenticated: boolean;
  /** Address of the first new segment. */
  readonly at: bigint;
  readonly page: bigint;
  /** Entries of the indirect symbol table so far. */
  readonly firstIndirect: number;
  /** What cannot be kept is added here. */
  readonly lost: string[];
  /** Points a branch to a stub; false when it is out of reach. */
  patch(branch: OutsideBranch, stub: bigint): boolean;
}

/** Stubs for direct branches out of an image; they replace those that the collection's builder removed. */
export function stubSegments(input: StubInput): StubSegments {
  const { branches, imports, authenticated, page, lost } = input;
  const numbers = new Map<bigint, number>();
  for (const { target, address } of branches) {
    if (numbers.has(target)) continue;
    const number = imports.number(target);
    if (number === undefined) lost.push(`the branch at ${hex(address)} goes to ${hex(target)}, which no symbol names`);
    else numbers.set(target, number);
  }
  if (numbers.size === 0) return NO_STUBS;
  const size = stubSize(authenticated);
  const gotAt = input.at + alignUp64(BigInt(numbers.size * size), page);
  const code = new Uint8Array(numbers.size * size);
  const stubOf = new Map<bigint, bigint>();
  const got: { at: number; number: number }[] = [];
  [...numbers].forEach(([target, number], i) => {
    const at = input.at + BigInt(i * size);
    const bytes = stubCode(authenticated, at, gotAt + BigInt(i * 8));
    if (bytes !== undefined) code.set(bytes, i * size);
    stubOf.set(target, at);
    got.push({ at: i * 8, number });
  });
  for (const branch of branches) {
    const stub = stubOf.get(branch.target);
    if (stub !== undefined && !input.patch(branch, stub))
      lost.push(`the branch at ${hex(branch.address)} cannot reach a stub`);
  }
  const kind = authenticated ? '__auth_' : '__';
  const pointers = new Uint8Array(alignUp(numbers.size * 8, Number(page)));
  const segments: NewSegment[] = [
    {
      name: '__KC_STUBS',
      vmaddr: input.at,
      vmsize: gotAt - input.at,
      bytes: code,
      maxprot: 5,
      initprot: 5,
      sections: [
        {
          name: `${kind}stubs`,
          address: input.at,
          size: BigInt(code.length),
          align: 2,
          flags: 0x80000408,
          reserved1: input.firstIndirect,
          reserved2: size,
        },
      ],
    },
    {
      name: '__KC_GOT',
      vmaddr: gotAt,
      vmsize: BigInt(pointers.length),
      bytes: pointers,
      maxprot: 3,
      initprot: 3,
      sections: [
        {
          name: `${kind}got`,
          address: gotAt,
          size: BigInt(numbers.size * 8),
          align: 3,
          flags: 0x6,
          reserved1: input.firstIndirect + numbers.size,
        },
      ],
    },
  ];
  const each = [...numbers.values()];
  return { segments, got, indirect: [...each, ...each] };
}
