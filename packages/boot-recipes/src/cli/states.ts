import { type CliContext, type Options, UsageError } from '@internal/binary/cli';
import { type Recorder, type Replay, record, replay, restoreSnapshot, saveSnapshot } from 'arm64-emu';
import type { GuestMachine } from '../machines/guest.js';

/** Options of `boot` for states of the machine, and for what comes from outside. */
export const STATE_OPTIONS = [
  ['--restore <file>', 'start from the state in this file, of a machine with the same recipe and options'],
  ['--snapshot <file>', 'write the state at the end to this file'],
  ['--instructions <number>', 'end with exit code 0 after exactly so many instructions'],
  ['--record <file>', 'write what comes from outside, with its counts of instructions, to this file at the end'],
  ['--replay <file>', 'run as it was recorded; what is typed is not heard. Ends with exit code 0'],
] as const;

/** What is to be done about states at the end of a run. */
export interface States {
  readonly replaying: boolean;
  finish(): Promise<void>;
}

/** Puts the machine into the state that was asked for, and begins to record or replay. Throws `UsageError`. */
export async function prepareStates(context: CliContext, options: Options, machine: GuestMachine): Promise<States> {
  const file = (name: string): string | undefined => options[name] as string | undefined;
  const names = {
    restore: file('restore'),
    snapshot: file('snapshot'),
    record: file('record'),
    replay: file('replay'),
  };
  if (Object.values(names).every(name => name === undefined)) return { replaying: false, finish: async () => {} };
  const { target } = machine;
  if (target === undefined) throw new UsageError('this machine has no states that could be kept');
  if (names.record !== undefined && names.replay !== undefined)
    throw new UsageError('--record and --replay do not go together');
  if (names.restore !== undefined) await restoreSnapshot(target, await context.read(names.restore));
  let recorder: Recorder | undefined;
  let again: Replay | undefined;
  if (names.record !== undefined) recorder = await record(target, { snapshot: names.restore !== undefined });
  if (names.replay !== undefined) again = await replay(target, await context.read(names.replay));
  return {
    replaying: again !== undefined,
    async finish() {
      if (names.record !== undefined) await context.write(names.record, await recorder!.finish());
      if (again?.done === true) {
        await again.verify();
        context.info('the machine is as it was when the recording ended');
      }
      if (names.snapshot !== undefined) await context.write(names.snapshot, await saveSnapshot(target));
    },
  };
}
