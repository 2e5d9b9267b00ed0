import { Session } from 'node:inspector/promises';

/** Block coverage of the package's own sources, by V8's precise coverage. */
export class Coverage {
  private readonly session = new Session();
  private readonly seen = new Set<string>();

  async start(): Promise<void> {
    this.session.connect();
    await this.session.post('Profiler.enable');
    await this.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    await this.take();
  }

  /** Blocks that ran since the last call and never before. */
  async take(): Promise<number> {
    const { result } = await this.session.post('Profiler.takePreciseCoverage');
    let fresh = 0;
    for (const { url, functions } of result) {
      if (!url.includes('/packages/img4/src/')) continue;
      for (const { ranges } of functions)
        for (const { startOffset, endOffset, count } of ranges) {
          // Powers of two of the count, as other fuzzers do: a loop that runs much longer is news, too.
          const key = `${url}:${startOffset}-${endOffset}:${count === 0 ? 0 : 1 + Math.floor(Math.log2(count) / 4)}`;
          if (count === 0 || this.seen.has(key)) continue;
          this.seen.add(key);
          fresh++;
        }
    }
    return fresh;
  }

  get blocks(): number {
    return this.seen.size;
  }

  async stop(): Promise<void> {
    await this.session.post('Profiler.stopPreciseCoverage');
    this.session.disconnect();
  }
}
