/** Records of words that were decoded before: programs repeat themselves, and a copy is cheaper. */

const ENTRIES = 1 << 15;
/** 32-bit words of a record. */
const RECORD_WORDS = 4;
const SPREAD = 0x9e37_79b1;
const SPREAD_SHIFT = 17;

/** Direct mapped by the instruction word. */
export class RecentRecords {
  private readonly tags = new Int32Array(ENTRIES);
  private readonly records = new Int32Array(ENTRIES * RECORD_WORDS);

  /** `words`: linear memory, where records are. */
  constructor(private readonly words: Int32Array) {}

  private entry(word: number): number {
    return Math.imul(word, SPREAD) >>> SPREAD_SHIFT;
  }
  /** Writes the record of `word` to byte `ip` if it is known. */
  copy(word: number, ip: number): boolean {
    const entry = this.entry(word);
    // Words of zeros are UNDEFINED, and never kept: an empty entry matches nothing.
    if (word === 0 || this.tags[entry] !== word) return false;
    const from = entry * RECORD_WORDS;
    const to = ip >> 2;
    const { words, records } = this;
    words[to + 1] = records[from + 1]!;
    words[to + 2] = records[from + 2]!;
    words[to + 3] = records[from + 3]!;
    words[to] = records[from]!;
    return true;
  }
  /** Keeps the record at byte `ip`, which does not depend on its place. */
  keep(word: number, ip: number): void {
    const entry = this.entry(word);
    this.tags[entry] = word;
    const from = ip >> 2;
    for (let i = 0; i < RECORD_WORDS; i++) this.records[entry * RECORD_WORDS + i] = this.words[from + i]!;
  }
}
