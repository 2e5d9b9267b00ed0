/** Where a region's code is put: what it is compiled against. */
/** What the code of a region needs to know of its surroundings. */
export interface RegionPlace {
  /** Record of a position. */
  ip(at: number): number;
  /** First record of the head's page. */
  readonly records: number;
  /** Index of the function that makes flags. */
  readonly pack: number;
  /** Control comes to more than one page: PC_BIAS is written on every way out. */
  readonly manyPages: boolean;
  /** The TLB has runs of pages. */
  readonly hasRuns: boolean;
}
