import { decode, encode, type Value } from '../snapshot/cbor.js';
import { isSnapshotError } from '../snapshot/error.js';
import { deflated, inflated } from '../snapshot/streams.js';
import { RecordingError } from './error.js';
import { type Answer, type Arrival, type Input, type Moment, RESET, SLEPT } from './journal.js';

const MAGIC = new TextEncoder().encode('A64EMUIN');
const HEADER = 16;
const VERSION = 1;
/** What a recording may grow to when it is inflated. */
const LIMIT = 1 << 30;

/** A moment, with the hash of the machine's state then if it was known. */
export interface StateMark extends Moment {
  readonly hash: string | undefined;
}

/** What a recording holds. */
export interface RecordingContents {
  /** What the inputs are, in the machine's order. */
  readonly inputs: readonly string[];
  readonly start: StateMark;
  readonly end: StateMark;
  readonly input: Input;
  /** The state that it starts from, as a snapshot. */
  readonly snapshot: Uint8Array | undefined;
}

/**
 * Bytes of a recording:
 *
 * - `A64EMUIN`, version (u32 little-endian, 1), zero (u32), then, deflated (RFC 1950), one CBOR map:
 * - `inputs`: text for each; `start` and `end`: instructions, nanoseconds, SHA-256 of the state or undefined;
 * - `arrivals`: instructions and nanoseconds since the one before, number of the input (-1: the host slept, -2: reset),
 *   bytes (for -1: the nanoseconds that passed); `answers`: for each input instructions since the one before, bytes;
 * - `snapshot`: bytes or undefined.
 */
export async function packRecording(contents: RecordingContents): Promise<Uint8Array> {
  const { inputs, start, end, input, snapshot } = contents;
  const mark = ({ executed, ns, hash }: StateMark): Value => [executed, ns, hash];
  let last: Moment = start;
  const arrivals = input.arrivals.map(arrival => {
    const row = [
      arrival.executed - last.executed,
      arrival.ns - last.ns,
      arrival.source,
      arrival.source === SLEPT ? arrival.to - arrival.ns : arrival.bytes,
    ];
    last = arrival;
    return row;
  });
  const answers = input.answers.map(list =>
    list.map(({ executed, bytes }, i) => [executed - (list[i - 1]?.executed ?? start.executed), bytes]),
  );
  const map = { inputs, start: mark(start), end: mark(end), arrivals, answers, snapshot };
  const packed = await deflated(encode(map));
  const bytes = new Uint8Array(HEADER + packed.length);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(8, VERSION, true);
  bytes.set(packed, HEADER);
  return bytes;
}

/** Reads bytes of {@link packRecording}; throws {@link RecordingError}. */
export async function unpackRecording(bytes: Uint8Array): Promise<RecordingContents> {
  if (bytes.length < HEADER || MAGIC.some((b, i) => bytes[i] !== b))
    throw new RecordingError('bad-magic', 'these bytes are not a recording', { offset: 0 });
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  const version = view.getUint32(8, true);
  if (version !== VERSION || view.getUint32(12, true) !== 0)
    throw new RecordingError('bad-version', `version ${version} is not known`, { offset: 8 });
  let map: Value;
  try {
    map = decode(await inflated(bytes.subarray(HEADER), LIMIT));
  } catch (cause) {
    const code = isSnapshotError(cause, 'bad-value') ? 'bad-value' : 'truncated';
    throw new RecordingError(code, 'the contents are damaged', { offset: HEADER, cause });
  }
  return contentsOf(map);
}

function contentsOf(map: Value): RecordingContents {
  const fields = (map ?? {}) as { readonly [key: string]: Value };
  const inputs = list(fields.inputs, 'inputs').map(name => (typeof name === 'string' ? name : bad('inputs')));
  const start = markOf(fields.start, 'start');
  const end = markOf(fields.end, 'end');
  let last: Moment = start;
  const arrivals = list(fields.arrivals, 'arrivals').map((row): Arrival => {
    const [executed, ns, source, data] = list(row, 'arrivals');
    const at = { executed: last.executed + count(executed, 'arrivals'), ns: last.ns + count(ns, 'arrivals') };
    last = at;
    if (source === RESET) return { ...at, source, bytes: new Uint8Array(0), to: 0 };
    if (source === SLEPT) return { ...at, source, bytes: new Uint8Array(0), to: at.ns + count(data, 'arrivals') };
    if (typeof source !== 'number' || !(source in inputs) || !(data instanceof Uint8Array)) return bad('arrivals');
    return { ...at, source, bytes: data, to: 0 };
  });
  const answers = list(fields.answers, 'answers').map(row => {
    let { executed } = start;
    return list(row, 'answers').map((pair): Answer => {
      const [more, data] = list(pair, 'answers');
      executed += count(more, 'answers');
      return { executed, bytes: data instanceof Uint8Array ? data : bad('answers') };
    });
  });
  if (answers.length !== inputs.length || end.executed < last.executed) return bad('end');
  const { snapshot } = fields;
  if (snapshot !== undefined && !(snapshot instanceof Uint8Array)) return bad('snapshot');
  return { inputs, start, end, input: { arrivals, answers }, snapshot };
}

function markOf(value: Value, path: string): StateMark {
  const [executed, ns, hash] = list(value, path);
  if (hash !== undefined && typeof hash !== 'string') return bad(path);
  return { executed: count(executed, path), ns: count(ns, path), hash };
}
function list(value: Value, path: string): readonly Value[] {
  return Array.isArray(value) ? (value as readonly Value[]) : bad(path);
}
function count(value: Value, path: string): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : bad(path);
}
function bad(path: string): never {
  throw new RecordingError('bad-value', 'not what a recording has here', { path });
}
