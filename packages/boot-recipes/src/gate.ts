/** Something that waits. */
interface Wait {
  readonly promise: Promise<void>;
  readonly end: () => void;
}

function wait(): Wait {
  let end = (): void => {};
  const promise = new Promise<void>(resolve => {
    end = resolve;
  });
  return { promise, end };
}

/** Where a loop is held: it is closed from outside, and whoever closed it knows when the loop stands before it. */
export class Gate {
  private opening: Wait | undefined;
  private arrival: Wait | undefined;
  private inside = false;
  /** Whether the loop has begun and not yet ended. */
  private running = false;

  get closed(): boolean {
    return this.opening !== undefined;
  }

  /** Closes; resolves when the loop stands before it, or does not run. */
  close(): Promise<void> {
    this.opening ??= wait();
    if (this.inside || !this.running) return Promise.resolve();
    this.arrival ??= wait();
    return this.arrival.promise;
  }

  /** Lets the loop go on. */
  open(): void {
    this.opening?.end();
    this.opening = undefined;
  }

  /** The loop begins. */
  enter(): void {
    this.running = true;
  }

  /** The loop stands here until the gate is open. */
  async pass(): Promise<void> {
    this.inside = true;
    this.arrival?.end();
    this.arrival = undefined;
    await this.opening?.promise;
    this.inside = false;
  }

  /** The loop has ended. */
  leave(): void {
    this.running = false;
    this.arrival?.end();
    this.arrival = undefined;
  }
}
