/** Lets the host's other tasks run between slices, without the minimum delay of timers. */
export class Breath {
  private readonly channel = new MessageChannel();
  private resume: (() => void) | undefined;

  constructor() {
    this.channel.port1.onmessage = () => {
      const resume = this.resume;
      this.resume = undefined;
      resume?.();
    };
  }

  /** Resolves after pending events of the host were handled. */
  take(): Promise<void> {
    return new Promise(resolve => {
      this.resume = resolve;
      this.channel.port2.postMessage(0);
    });
  }

  /** Ends it; an open port would keep a process alive. */
  close(): void {
    this.channel.port1.close();
    this.channel.port2.close();
  }
}
