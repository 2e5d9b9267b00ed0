/** Where the host has it: runs a function after timers and input had their turn. */
const { setImmediate } = globalThis as { setImmediate?: (fn: () => void) => unknown };

/**
 * Lets the host's other tasks run between slices, without the minimum delay of timers. Messages do that in browsers;
 * Node.js may handle a thousand of them before it looks at timers, hence `setImmediate` there.
 */
export class Breath {
  private readonly channel = setImmediate === undefined ? new MessageChannel() : undefined;
  private resume: (() => void) | undefined;

  constructor() {
    if (this.channel === undefined) return;
    this.channel.port1.onmessage = () => {
      const resume = this.resume;
      this.resume = undefined;
      resume?.();
    };
  }

  /** Resolves after pending events of the host were handled. */
  take(): Promise<void> {
    return new Promise(resolve => {
      if (this.channel === undefined) setImmediate?.(resolve);
      else {
        this.resume = resolve;
        this.channel.port2.postMessage(0);
      }
    });
  }

  /** Ends it. */
  close(): void {
    this.channel?.port1.close();
    this.channel?.port2.close();
  }
}
