/** Records of words that were decoded before: programs repeat themselves, and a copy is cheaper. */

const ENTRIES = 1 << 17;
/** 32-bit words of a record. */
const RECORD_WORDS = 4;
const SPREAD = 0x9e37_79b1;
const SPREAD_SHIFT = 15;
const PAGE = 4096;

/** Whether a direct branch at `offset` in its page leads to another one. */
export const leavesPage = (distance: number | undefined, offset: number): boolean =>
  distance !== undefined && (offset + distance < 0 || offset + distance >= PAGE);

/** Direct mapped by the instruction word. */
export class RecentRecords {
  private readonly tags = new Int32Array(ENTRIES);
  private readonly records = new Int32Array(ENTRIES * RECORD_WORDS);
  /** Bytes to the target of direct branches, 0 for others; and whether the record is that of one to another page. */
  private readonly distances = new Int32Array(ENTRIES);
  private readonly far = new Uint8Array(ENTRIES);

  /** `words`: linear memory, where records are. */
  constructor(private readonly words: Int32Array) {}

  private entry(word: number): number {
    return Math.imul(word, SPREAD) >>> SPREAD_SHIFT;
  }
  /** Writes the record of `word`, at `offset` in its page, to byte `ip` if it is known. */
  copy(word: number, ip: number, offset: number): boolean {
    const entry = this.entry(word);
    // Words of zeros are UNDEFINED, and never kept: an empty entry matches nothing.
    if (word === 0 || this.tags[entry] !== word) return false;
    if (leavesPage(this.distances[entry]!, offset) !== (this.far[entry] === 1)) return false;
    const from = entry * RECORD_WORDS;
    const to = ip >> 2;
    const { words, records } = this;
    words[to + 1] = records[from + 1]!;
    words[to + 2] = records[from + 2]!;
    words[to + 3] = records[from + 3]!;
    words[to] = records[from]!;
    return true;
  }
  /** Keeps the record at byte `ip`; `distance` is that of a direct branch. */
  keep(word: number, ip: number, distance: number | undefined, far: boolean): void {
    const entry = this.entry(word);
    this.tags[entry] = word;
    this.distances[entry] = distance ?? 0;
    this.far[entry] = far ? 1 : 0;
    const from = ip >> 2;
    for (let i = 0; i < RECORD_WORDS; i++) this.records[entry * RECORD_WORDS + i] = this.words[from + i]!;
  }
}
