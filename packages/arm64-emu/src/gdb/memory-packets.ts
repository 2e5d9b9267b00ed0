import { fromHex, toHex } from './packet.js';
import { POINT, type Points } from './points.js';
import { attempt, INVALID, OK, PACKET_SIZE, rangeOf, type Session } from './session.js';

/** A breakpoint or watchpoint covers so many bytes at most. */
const MAX_POINT = 4096;

/** `m` */
export function readMemory(session: Session, rest: string): string {
  const range = rangeOf(rest);
  if (range === undefined) return INVALID;
  const size = Math.min(range.size, (PACKET_SIZE - 8) / 2);
  return attempt(() =>
    toHex(
      session.physical
        ? session.memory.readPhysical(Number(range.address), size)
        : session.within(cpu => session.memory.read(cpu, range.address, size)),
    ),
  );
}

/** `M`: `ADDRESS,SIZE:DIGITS` */
export function writeMemory(session: Session, rest: string): string {
  return write(session, rest.slice(0, rest.indexOf(':')), fromHex(rest.slice(rest.indexOf(':') + 1)));
}
/** `X`: the same with bytes in place of digits; `data` is the whole packet. */
export function writeBinary(session: Session, rest: string, data: Uint8Array): string {
  return write(session, rest.slice(0, rest.indexOf(':')), data.subarray(rest.indexOf(':') + 2));
}
function write(session: Session, head: string, bytes: Uint8Array | undefined): string {
  const range = rangeOf(head);
  if (range === undefined || bytes === undefined || bytes.length !== range.size) return INVALID;
  return attempt(() => {
    if (session.physical) session.memory.writePhysical(Number(range.address), bytes);
    else session.within(cpu => session.memory.write(cpu, range.address, bytes));
    return OK;
  });
}

/** `Z` and `z`: `KIND,ADDRESS,SIZE` */
export function point(points: Points, insert: boolean, rest: string): string {
  const [kind = '', ...range] = rest.split(',');
  const number = Number.parseInt(kind, 10);
  const at = rangeOf(range.join(',').split(';')[0] ?? '');
  if (!(number >= POINT.software && number <= POINT.access)) return '';
  if (at === undefined || at.size === 0 || at.size > MAX_POINT) return INVALID;
  if (insert) points.insert(number, at.address, at.size);
  else points.remove(number, at.address, at.size);
  return OK;
}
