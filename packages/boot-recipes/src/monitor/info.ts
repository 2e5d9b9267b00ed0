import { readRegister } from 'arm64-emu';
import { hex, type MonitorCpu, type MonitorTarget } from './target.js';

const SYSTEM = [
  'SCTLR_EL1',
  'TCR_EL1',
  'TTBR0_EL1',
  'TTBR1_EL1',
  'MAIR_EL1',
  'VBAR_EL1',
  'ESR_EL1',
  'FAR_EL1',
  'ELR_EL1',
  'SPSR_EL1',
  'SP_EL0',
  'SP_EL1',
  'TPIDR_EL1',
  'TPIDR_EL0',
  'CNTV_CTL_EL0',
  'CNTV_CVAL_EL0',
  'CNTP_CTL_EL0',
  'CNTP_CVAL_EL0',
  'ISR_EL1',
];
const FLAGS = 'NZCV';

/** `info registers`: those of the CPU's state, then what governs translation, exceptions and timers. */
export function infoRegisters(cpu: MonitorCpu): string {
  const { pstate, el } = cpu;
  const flags = [...FLAGS].map((name, i) => ((pstate >> BigInt(31 - i)) & 1n ? name : '-')).join('');
  const cell = (name: string, value: bigint): string => `${name.toUpperCase()}=${value.toString(16).padStart(16, '0')}`;
  const rows: string[] = [` PC=${cpu.pc.toString(16).padStart(16, '0')}`];
  const general = Array.from({ length: 31 }, (_, i) => cell(`x${i}`.replace(/x(\d)$/, 'x0$1'), cpu.x(i)));
  general.push(` ${cell('sp', cpu.x(31))}`);
  rows[0] += ` ${general.slice(0, 2).join(' ')}`;
  for (let i = 2; i < general.length; i += 3) rows.push(general.slice(i, i + 3).join(' '));
  rows.push(`PSTATE=${pstate.toString(16).padStart(8, '0')} ${flags} EL${el}${pstate & 1n ? 'h' : 't'}`);
  const system = SYSTEM.flatMap(name => {
    try {
      return [cell(name, readRegister(cpu, name))];
    } catch {
      return []; // this CPU has no such register
    }
  });
  for (let i = 0; i < system.length; i += 2) rows.push(system.slice(i, i + 2).join(' '));
  return rows.join('\n');
}

/** `info mtree`: the physical address space. */
export const infoMtree = ({ machine }: MonitorTarget): string =>
  machine.bus.regions
    .map(({ name, base, size, device, directWrite }) => {
      const range = [base, base + size - 1].map(value => value.toString(16).padStart(16, '0')).join('-');
      return `${range} ${device === undefined ? (directWrite ? 'ram' : 'rom') : 'i/o'}: ${name}`;
    })
    .join('\n');

/** `info cpus` */
export const infoCpus = ({ machine, engine }: MonitorTarget, selected: number): string =>
  machine.cpus
    .map(({ index }) =>
      machine.within(
        index,
        cpu =>
          `${index === selected ? '*' : ' '} CPU #${index}: ${cpu.wait}, EL${cpu.el}, pc=${hex(cpu.pc)}, ${engine.executed(index)} instructions`,
      ),
    )
    .join('\n');

/** What lies in words of one-bit registers: numbers of the bits that are set. */
function bitsAt(read: (offset: number) => number, offset: number, words: number): number[] {
  const found: number[] = [];
  for (let w = 0; w < words; w++) {
    const word = read(offset + 4 * w);
    for (let bit = 0; bit < 32; bit++) if ((word >>> bit) & 1) found.push(32 * w + bit);
  }
  return found;
}

const list = (name: string, numbers: readonly number[]): string =>
  `  ${name.padEnd(8)} ${numbers.length === 0 ? 'none' : numbers.join(' ')}`;

/** `info irq`: what controllers have enabled and pending, and what waits at the CPUs. */
export function infoIrq({ machine }: MonitorTarget): string {
  const rows: string[] = [];
  for (const { name, base, device } of machine.bus.regions) {
    if (device === undefined) continue;
    const read = (offset: number): number => device.read(offset, 4) >>> 0;
    if (name === 'aic') {
      const words = Math.min(32, Math.ceil((read(0x04) & 0xffff) / 32));
      const masked = new Set(bitsAt(read, 0x4100, words));
      rows.push(`${name} at ${hex(base)}, ${words * 32} inputs`);
      rows.push(
        list(
          'enabled',
          [...Array(words * 32).keys()].filter(n => !masked.has(n)),
        ),
      );
      rows.push(list('raised', bitsAt(read, 0x4200, words)), list('software', bitsAt(read, 0x4000, words)));
    } else if (name === 'gicd') {
      const words = (read(0x04) & 31) + 1;
      rows.push(`${name} at ${hex(base)}, ${words * 32} interrupts`);
      rows.push(list('enabled', bitsAt(read, 0x100, words)), list('pending', bitsAt(read, 0x200, words)));
      rows.push(list('active', bitsAt(read, 0x300, words)));
    } else if (name === 'gicr') {
      machine.cpus.forEach(({ index }) => {
        const frame = index * 0x20000 + 0x10000;
        if (frame >= device.size) return;
        rows.push(`${name} of CPU #${index}`, list('enabled', bitsAt(read, frame + 0x100, 1)));
        rows.push(list('pending', bitsAt(read, frame + 0x200, 1)), list('active', bitsAt(read, frame + 0x300, 1)));
      });
    }
  }
  for (const { index } of machine.cpus)
    rows.push(
      machine.within(index, cpu => {
        const [isr, daif] = [readRegister(cpu, 'ISR_EL1'), readRegister(cpu, 'DAIF')];
        const waits = [isr & 0x80n ? 'IRQ' : '', isr & 0x40n ? 'FIQ' : '', isr & 0x100n ? 'SError' : ''].filter(
          Boolean,
        );
        const masks = ['D', 'A', 'I', 'F'].filter((_, i) => (daif >> BigInt(9 - i)) & 1n).join('');
        return `CPU #${index}: ${waits.length === 0 ? 'nothing' : waits.join(', ')} pending, masked: ${masks || 'none'}`;
      }),
    );
  return rows.join('\n');
}
