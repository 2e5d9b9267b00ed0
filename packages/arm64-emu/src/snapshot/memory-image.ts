/** Contents of linear memory as pages that several images share. */

const PAGE = 4096;
/** Pages of a piece of the table; pieces are shared too. */
const PIECE = 512;

/** Bytes of a page; undefined where they are zeros. */
export type PageContents = Uint8Array | undefined;
const ZEROS = new Int32Array(PAGE / 4);
type Piece = readonly PageContents[];

/**
 * An unchanging image of memory. One that is made from another shares every page that did not change with it, and what it
 * costs beside those is a table of eight bytes for each page near a changed one.
 */
export class MemoryImage {
  private constructor(
    /** Number of the first page in linear memory. */
    readonly first: number,
    readonly count: number,
    private readonly pieces: readonly Piece[],
  ) {}

  /** The image of bytes `from` to `to` of linear memory, both multiples of 4096. */
  static of(bytes: Uint8Array, from: number, to: number): MemoryImage {
    const [first, count] = [from / PAGE, (to - from) / PAGE];
    const pieces: Piece[] = [];
    for (let n = 0; n < count; n += PIECE)
      pieces.push(Array.from({ length: Math.min(PIECE, count - n) }, (_, i) => contents(bytes, first + n + i)));
    return new MemoryImage(first, count, pieces);
  }

  /** The image after `pages`, by their numbers, may have changed. */
  with(bytes: Uint8Array, pages: readonly number[]): MemoryImage {
    const pieces = [...this.pieces];
    const own = new Set<number>();
    for (const page of pages) {
      const n = page - this.first;
      if (n < 0 || n >= this.count) continue;
      const at = Math.floor(n / PIECE);
      const before = pieces[at]![n % PIECE];
      const now = isSame(bytes, page, before) ? before : contents(bytes, page);
      if (now === before) continue;
      if (!own.has(at)) pieces[at] = [...pieces[at]!];
      own.add(at);
      (pieces[at] as PageContents[])[n % PIECE] = now;
    }
    return new MemoryImage(this.first, this.count, pieces);
  }

  /** Contents of a page by its number in linear memory. */
  page(page: number): PageContents {
    const n = page - this.first;
    return this.pieces[Math.floor(n / PIECE)]?.[n % PIECE];
  }

  /** Numbers of the pages that `other`, an image of the same stretch, has other contents of. */
  *differences(other: MemoryImage): Generator<number> {
    for (const [at, piece] of this.pieces.entries()) {
      const theirs = other.pieces[at]!;
      if (piece === theirs) continue;
      for (let i = 0; i < piece.length; i++) if (piece[i] !== theirs[i]) yield this.first + at * PIECE + i;
    }
  }
}

function contents(bytes: Uint8Array, page: number): PageContents {
  return isSame(bytes, page, undefined) ? undefined : bytes.slice(page * PAGE, (page + 1) * PAGE);
}
function isSame(bytes: Uint8Array, page: number, other: PageContents): boolean {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + page * PAGE, PAGE / 4);
  const theirs = other === undefined ? ZEROS : new Int32Array(other.buffer, other.byteOffset, PAGE / 4);
  for (let i = 0; i < PAGE / 4; i++) if (words[i] !== theirs[i]) return false;
  return true;
}
