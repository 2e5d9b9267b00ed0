/** One who looks at the machine now and then. */
interface Sampler {
  readonly every: number;
  next: number;
  readonly take: () => void;
}

/** Calls at fixed counts of instructions, between two of them: the run is the same without. */
export class Sampling {
  private readonly samplers = new Set<Sampler>();
  /** Instructions executed when the next call is due; Infinity when there is none. */
  next = Number.POSITIVE_INFINITY;

  /** Calls `take` after every so many instructions; the result ends that. */
  add(executed: number, every: number, take: () => void): () => void {
    const sampler: Sampler = { every, next: executed + every, take };
    this.samplers.add(sampler);
    this.schedule();
    return () => {
      this.samplers.delete(sampler);
      this.schedule();
    };
  }

  /** Makes the calls that are due. */
  call(executed: number): void {
    for (const sampler of [...this.samplers]) {
      if (executed < sampler.next) continue;
      sampler.next = executed + sampler.every;
      sampler.take();
    }
    this.schedule();
  }
  private schedule(): void {
    this.next = Math.min(Number.POSITIVE_INFINITY, ...[...this.samplers].map(({ next }) => next));
  }
}
