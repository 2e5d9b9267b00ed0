/** Where the code of a region is put: what was fixed before it is emitted. */
/** What the code of a region needs to know of its surroundings. */
export interface RegionPlace {
  /** Record of a position. */
  ip(at: number): number;
  /** First record of the head's page. */
  readonly records: number;
  /** The TLB has runs of pages. */
  readonly hasRuns: boolean;
}
