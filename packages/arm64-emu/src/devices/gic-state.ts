import type { Device } from './device.js';
import type { Gicv2 } from './gicv2.js';
import type { Gicv3 } from './gicv3.js';

/**
 * What a GIC keeps outside the registers that are on the bus, for a machine's list of devices: CPU interfaces, virtual
 * ones included. It is reset and saved with the machine, and has no addresses.
 *
 * @example machine.devices.push(new GicState(gic));
 */
export class GicState implements Device {
  /** See {@link Stateful}. */
  readonly stateFields = ['gic'];
  readonly name: string = 'gic';
  readonly size = 0;

  constructor(readonly gic: Gicv2 | Gicv3) {}

  read(): number {
    return 0;
  }
  write(): void {}
  reset(): void {
    this.gic.reset();
  }
}
