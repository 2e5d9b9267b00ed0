import type { Saveable } from '../snapshot/contents.js';
import { restoreSnapshot, saveSnapshot, stateHash } from '../snapshot/snapshot.js';
import { RecordingError } from './error.js';
import { packRecording, type RecordingContents, type StateMark, unpackRecording } from './format.js';
import { Journal } from './journal.js';

/** Options of {@link record}. */
export interface RecordOptions {
  /**
   * Keeps the state that the recording starts from, so that it can be replayed in a machine that was built alike; false by
   * default: then the machine has to be brought into the same state.
   */
  readonly snapshot?: boolean;
}

/** A recording in progress; see {@link record}. */
export class Recorder {
  /** For {@link record}. @internal */
  constructor(
    private readonly saveable: Saveable,
    private readonly journal: Journal,
    private readonly start: StateMark,
    private readonly snapshot: Uint8Array | undefined,
  ) {}

  /** Ends it: the recording as bytes. Not while the machine runs. */
  async finish(): Promise<Uint8Array> {
    const { saveable, journal, start, snapshot } = this;
    journal.close();
    const mark = markOf(saveable, journal);
    journal.release();
    const end = await mark;
    const inputs = journal.inputs.map(({ hostInput }) => hostInput);
    return packRecording({ inputs, start, end, input: journal.input, snapshot });
  }
}

/**
 * Records everything that comes from outside from now on, each with its count of instructions: console, network,
 * buttons, what disks, entropy sources and registers of the host answer, time that passes while the host sleeps, resets,
 * and registers and memory that the host writes by {@link HostAccess}, as `Emulator`, `GuestMemory` and `GdbServer` do.
 * Hooks belong to the machine: a replay has to have them too. Throws `RecordingError` `busy`.
 *
 * @example
 * const recorder = await record(virt);
 * await virt.machine.run({ pace: 'host', until: () => done });
 * const bytes = await recorder.finish();
 */
export async function record(saveable: Saveable, options: RecordOptions = {}): Promise<Recorder> {
  const journal = new Journal(saveable);
  try {
    // Both of the same moment: input may come while they are made.
    const snapshot = options.snapshot === true ? saveSnapshot(saveable) : undefined;
    const [start, bytes] = await Promise.all([markOf(saveable, journal), snapshot]);
    return new Recorder(saveable, journal, start, bytes);
  } catch (error) {
    journal.release();
    throw error;
  }
}

/** A replay in progress; see {@link replay}. */
export class Replay {
  /** Instructions and virtual time, in nanoseconds, at which it ends. */
  readonly end: { readonly executed: number; readonly ns: number };

  /** For {@link replay}. @internal */
  constructor(
    private readonly saveable: Saveable,
    private readonly contents: RecordingContents,
    private readonly journal: Journal,
  ) {
    this.end = contents.end;
  }

  /** Whether everything was replayed. */
  get done(): boolean {
    return this.journal.done;
  }

  /** At the end: throws `RecordingError` `diverged` unless the machine is as it was when the recording ended. */
  async verify(): Promise<void> {
    const { executed, ns, hash } = this.contents.end;
    const now = await markOf(this.saveable, this.journal);
    const known = hash !== undefined && now.hash !== undefined;
    if (now.executed !== executed || now.ns !== ns)
      throw new RecordingError('diverged', `${now.executed} instructions and ${now.ns} ns, not ${executed} and ${ns}`);
    if (known && now.hash !== hash) throw new RecordingError('diverged', 'the state at the end is another one');
  }

  /** Lets go of the machine: what comes from outside is heard again. */
  release(): void {
    this.journal.release();
  }
}

/**
 * Has a recording come again: the machine, in the state that the recording started from or built alike when it has a
 * snapshot, runs as it ran then, in any mode and however its runs are cut. Runs end with `replayed`; what comes from outside
 * meanwhile is not heard. Throws {@link RecordingError} `mismatch`, `busy`, and what damaged bytes give; a run that goes
 * another way throws `diverged`.
 *
 * @example
 * const again = await replay(virt, bytes);
 * await virt.machine.run(); // 'replayed'
 * await again.verify();
 */
export async function replay(saveable: Saveable, bytes: Uint8Array): Promise<Replay> {
  const contents = await unpackRecording(bytes);
  if (contents.snapshot !== undefined) await restoreSnapshot(saveable, contents.snapshot);
  const journal = new Journal(saveable, contents.input, contents.end);
  try {
    const { start, inputs } = contents;
    if (inputs.join() !== journal.inputs.map(({ hostInput }) => hostInput).join())
      throw new RecordingError('mismatch', `the recording has the inputs ${inputs.join(', ') || 'of nothing'}`);
    const now = await markOf(saveable, journal);
    const known = start.hash !== undefined && now.hash !== undefined;
    if (now.executed !== start.executed || now.ns !== start.ns || (known && now.hash !== start.hash))
      throw new RecordingError('mismatch', 'the recording starts from another state');
    return new Replay(saveable, contents, journal);
  } catch (error) {
    journal.release();
    throw error;
  }
}

async function markOf(saveable: Saveable, journal: Journal): Promise<StateMark> {
  return { ...journal.now, hash: await stateHash(saveable) };
}
