import { monitor } from './monitor.js';
import { fromHex, toHex } from './packet.js';
import { INVALID, OK, PACKET_SIZE, type Session } from './session.js';

const ascii = (text: string): string => toHex(new TextEncoder().encode(text));

/** `q` and `Q`, but for `QStartNoAckMode`; `xml` describes the registers. */
export function query(session: Session, xml: Uint8Array, text: string): string {
  const [name = '', ...values] = text.split(':');
  const value = values.join(':');
  const { machine } = session.control;
  switch (name) {
    case 'qSupported': {
      const back = session.history === undefined ? '' : ';ReverseStep+;ReverseContinue+';
      return `PacketSize=${PACKET_SIZE.toString(16)};qXfer:features:read+;QStartNoAckMode+;swbreak+;hwbreak+;vContSupported+${back}`;
    }
    case 'qXfer':
      return transfer(xml, value);
    case 'qAttached':
      return '1';
    case 'qC':
      return `QC${session.selected + 1}`;
    case 'qfThreadInfo':
      return `m${machine.cpus.map(({ index }) => (index + 1).toString(16)).join(',')}`;
    case 'qsThreadInfo':
      return 'l';
    case 'qSymbol':
      return OK;
    case 'qHostInfo':
      return `triple:${ascii('aarch64-unknown-none')};ptrsize:8;endian:little;`;
    case 'qqemu.PhyMemMode':
      return session.physical ? '1' : '0';
    case 'Qqemu.PhyMemMode':
      session.physical = value === '1';
      return OK;
    default:
      return commaQuery(session, text);
  }
}

/** Queries whose argument follows a comma. */
function commaQuery(session: Session, text: string): string {
  const [name, argument = ''] = text.split(',');
  if (name === 'qRcmd') {
    const line = fromHex(argument);
    if (line === undefined) return INVALID;
    return ascii(monitor(session.control, session.selected, new TextDecoder().decode(line)));
  }
  if (name !== 'qThreadExtraInfo') return '';
  const index = session.cpuOf(argument);
  if (index === undefined) return INVALID;
  return ascii(session.control.machine.within(index, cpu => `CPU ${index}, EL${cpu.el}, ${cpu.wait}`));
}

/** A part of the target description. */
function transfer(xml: Uint8Array, value: string): string {
  const m = /^features:read:target\.xml:([0-9a-f]+),([0-9a-f]+)$/i.exec(value);
  if (m === null) return '';
  const from = Number.parseInt(m[1]!, 16);
  const part = xml.subarray(from, from + Math.min(Number.parseInt(m[2]!, 16), PACKET_SIZE - 4));
  const more = from + part.length < xml.length;
  return `${more ? 'm' : 'l'}${new TextDecoder().decode(part)}`;
}
