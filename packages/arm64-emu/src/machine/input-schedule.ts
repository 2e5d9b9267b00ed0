/** What a machine asks while its input is recorded or replayed. Times are virtual, in nanoseconds. */
export interface InputSchedule {
  /** Called between two instructions: what is due there enters. */
  enter(): void;
  /** Instructions, of all CPUs since power-on, that may be executed before {@link enter} has to be called. */
  readonly until: number;
  /** The time that idle CPUs may leap to, whatever the pace; undefined to leave that to the caller of the run. */
  readonly leapLimit: number | undefined;
  /** Every CPU waited in the host's time, and its clock says that it is `ns` now. */
  slept(ns: number): void;
  /** The machine is to be reset; true when that is not for the caller to say. */
  resets(): boolean;
  /** CPUs execute where there should be none. */
  stuck(): never;
}
