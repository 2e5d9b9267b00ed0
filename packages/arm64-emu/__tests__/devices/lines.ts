import type { InterruptLine } from '../../src/devices/device.js';

/** An interrupt line that remembers its level and how often it changed. */
export class TestLine implements InterruptLine {
  level = false;
  changes = 0;
  set(level: boolean): void {
    if (level !== this.level) this.changes++;
    this.level = level;
  }
}

/** Small deterministic generator of 32-bit values, biased to corner cases. */
export function hostile(seed: number): () => number {
  let state = seed | 1;
  const corners = [0, 1, 2, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const value = state >>> 0;
    return value % 3 === 0 ? corners[(value >>> 8) % corners.length]! : value;
  };
}
