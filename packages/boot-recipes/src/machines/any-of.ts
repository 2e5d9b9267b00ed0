import type { Device, InterruptLine } from 'arm64-emu';

/** A line that is up while one of its inputs is. A device without registers, so that its inputs are saved with the machine. */
export class AnyOf implements Device {
  readonly name = 'any-of';
  readonly size = 0;
  /** See `Stateful`. */
  readonly stateFields = ['levels'];
  private readonly levels: boolean[] = [];

  constructor(private readonly output: InterruptLine) {}

  /** Another input. */
  input(): InterruptLine {
    const input = this.levels.push(false) - 1;
    return {
      set: level => {
        this.levels[input] = level;
        this.output.set(this.levels.includes(true));
      },
    };
  }

  read(): number {
    return 0;
  }
  write(): void {}
  reset(): void {
    this.levels.fill(false);
    this.output.set(false);
  }
}
