import type { Device, Stateful } from '../devices/device.js';
import type { Engine } from '../engine/engine.js';
import type { Machine } from '../machine/machine.js';
import type { Value } from './cbor.js';
import { SnapshotError } from './error.js';
import { saveState as fieldsOf, loadState, record } from './state.js';

/** A machine and its engine, as `buildMachine` and the boards return them. */
export interface Saveable {
  readonly machine: Machine;
  readonly engine: Engine;
}

/**
 * Everything that a machine is, its memory aside. Arrays are those of the machine itself. Unless `scheduledToo`, calls that
 * the host has scheduled are let pass.
 */
export function contentsButMemory(
  { machine, engine }: Saveable,
  scheduledToo = true,
): { readonly [key: string]: Value } {
  const stateful = machine.devices.map(asStateful);
  const scheduled = stateful.reduce((sum, device) => sum + (device.scheduledCalls ?? 0), 0);
  if (scheduledToo && machine.time.queue.length !== scheduled)
    throw new SnapshotError('busy', 'something is scheduled that no device will schedule again');
  // A block that is not in place has its pending interrupts from when it was.
  for (const { index } of machine.cpus) machine.within(index, () => {});
  return {
    model: machine.cpus[0]!.model.name,
    current: machine.current.index,
    machine: fieldsOf(machine),
    cpus: machine.cpus.map(cpu => ({
      block: engine.stateBlock(cpu.index).slice(),
      executed: engine.executed(cpu.index),
      fields: fieldsOf(cpu),
    })),
    devices: stateful.map((device, i) => [machine.devices[i]!.name, fieldsOf(device)]),
  };
}

/**
 * Puts a machine into a state of {@link contentsButMemory}; `fillMemory` is called once the state is known to fit, before
 * devices hear of it. Throws {@link SnapshotError}.
 */
export function loadContents({ machine, engine }: Saveable, value: Value, fillMemory: () => void): void {
  const { model, current, machine: fields, cpus, devices } = record(value, '');
  const stateful = machine.devices.map(asStateful);
  const names = machine.devices.map(device => device.name);
  const same =
    model === machine.cpus[0]!.model.name &&
    lengthOf(cpus) === machine.cpus.length &&
    lengthOf(devices) === names.length &&
    names.every((name, i) => item(item(devices, i), 0) === name);
  if (!same) throw mismatch();
  if (typeof current !== 'number' || !(current in machine.cpus))
    throw new SnapshotError('bad-value', 'no such CPU', { path: 'current' });
  fillMemory();
  machine.time.queue.clear();
  machine.cpus.forEach((cpu, i) => {
    const block = at(cpus, i, 'block');
    const executed = at(cpus, i, 'executed');
    const to = engine.stateBlock(i);
    if (!(block instanceof Uint8Array) || block.length !== to.length || typeof executed !== 'number')
      throw new SnapshotError('bad-value', 'not the state of a CPU', { path: `cpus[${i}]` });
    to.set(block);
    engine.setExecuted(cpu.index, executed);
  });
  loadState(machine, fields, 'machine');
  for (const cpu of machine.cpus)
    machine.within(cpu.index, () => loadState(cpu, at(cpus, cpu.index, 'fields'), `cpus[${cpu.index}]`));
  machine.select(current);
  stateful.forEach((device, i) => {
    loadState(device, item(item(devices, i), 1), names[i]!);
  });
}

/** The state is not one of this machine. */
export function mismatch(): SnapshotError {
  return new SnapshotError('mismatch', 'the snapshot is of a machine that was built otherwise');
}

function asStateful(device: Device): Stateful {
  if (device.stateFields === undefined)
    throw new SnapshotError('unsupported', `device ${device.name} does not say what its state is`, {
      path: device.name,
    });
  return device as Stateful;
}

/** Items of an array; -1 when it is none. */
export function lengthOf(value: Value): number {
  return Array.isArray(value) ? value.length : -1;
}
/** An item of an array; undefined when it is not there. */
export function item(value: Value, i: number): Value {
  return Array.isArray(value) ? (value as readonly Value[])[i] : undefined;
}
/** A named value of an item of an array. */
export function at(value: Value, i: number, name: string): Value {
  return record(item(value, i), `${name} of ${i}`)[name];
}
