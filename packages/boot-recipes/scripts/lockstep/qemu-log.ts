/** Lines of QEMU's `-d int,exec,cpu,fpu,nochain` as one text an event, in the form that `here.ts` makes. */
import type { Readable } from 'node:stream';

/** Events that may wait before QEMU has to. */
const WAITING = 4000;
const KINDS: Readonly<Record<string, string>> = { IRQ: 'irq', FIQ: 'fiq', SError: 'serror' };
const REGISTERS = /([A-Z]+[0-9]*)=([0-9a-f]+(?::[0-9a-f]+)?)/g;

export class QemuLog {
  private readonly events: string[] = [];
  private rest = '';
  private wake: (() => void) | undefined;
  private ended = false;
  /** The dump that is being read. */
  private registers: string[] | undefined;
  private exception: string[] | undefined;

  constructor(private readonly stream: Readable) {
    stream.on('data', (chunk: string) => {
      const lines = (this.rest + chunk).split('\n');
      this.rest = lines.pop()!;
      for (const line of lines) this.line(line);
      if (this.events.length > WAITING) stream.pause();
      this.wake?.();
    });
    stream.on('close', () => {
      this.finish();
      this.ended = true;
      this.wake?.();
    });
  }

  /** The next event; undefined at the end. */
  async next(): Promise<string | undefined> {
    while (this.events.length === 0 && !this.ended) {
      this.stream.resume();
      await new Promise<void>(resolve => (this.wake = resolve));
    }
    return this.events.shift();
  }

  private line(line: string): void {
    if (this.registers !== undefined && (line.startsWith(' PC=') || /^(X|Q|PSTATE)/.test(line))) {
      for (const [, name, value] of line.matchAll(REGISTERS)) this.registers.push(`${name}=${value}`);
      // The exception level and the flags are spelt out; the FPU may be off.
      return;
    }
    if (line.startsWith('    FPU disabled')) return;
    // The code that was dumped was not executed after all: an interrupt came first.
    if (line.startsWith('Stopped execution')) {
      this.registers = undefined;
      return;
    }
    if (line.startsWith('Linking TBs')) return;
    if (line.startsWith('...') && this.exception !== undefined) {
      const m = /^\.\.\.(?:with )?(ESR|FAR|ELR|handled as PSCI call)(?: 0x[0-9a-f]+\/| )?(?:0x([0-9a-f]+))?/.exec(line);
      if (m?.[1] === 'handled as PSCI call') this.exception = undefined;
      // The syndrome of an interrupt is that of the exception before.
      else if (m && (m[1] !== 'ESR' || this.exception[0] === 'synchronous')) this.exception.push(`${m[1]} ${m[2]}`);
      return;
    }
    this.finish();
    if (line.startsWith('Trace ')) this.registers = [];
    else if (line.startsWith('Taking exception')) this.exception = [KINDS[/\[(.*)\]/.exec(line)![1]!] ?? 'synchronous'];
  }
  private finish(): void {
    if (this.registers !== undefined) this.events.push(`registers ${this.registers.join(' ')}`);
    if (this.exception !== undefined) this.events.push(`exception ${this.exception.join(' ')}`);
    this.registers = this.exception = undefined;
  }
}
