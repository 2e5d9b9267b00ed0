/** A data access that is about to be made. */
export interface DataAccess {
  /** Virtual address of the first byte, without its tag, and the physical one. */
  readonly address: bigint;
  readonly physical: number;
  /** Bytes; an access in two pages is two. */
  readonly size: number;
  /** `update`: read and written by one instruction that nothing comes between. */
  readonly kind: 'read' | 'write' | 'update';
  /** Where the bytes are within what the instruction writes. */
  readonly part: number;
}

/** Someone outside the machine who looks at a CPU's data accesses. */
export interface AccessObserver {
  /** Whether accesses to the 4 KiB pages of these addresses are to be looked at. */
  covers(virtual: bigint, physical: number): boolean;
  /** Whether the access may be made now; otherwise the observer is asked about it when the instruction has been left. */
  passes(cpu: number, access: DataAccess): boolean;
  /** What an access that passes gets in place of its value; `null`: a write is not made. */
  readonly supplied: bigint | null | undefined;
}
