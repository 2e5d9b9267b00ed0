import type { GuestMachine } from '../machines/guest.js';
import type { BootSession } from '../session.js';
import type { LineEditor } from './line-editor.js';

const CTRL_A = 0x01;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const HELP = '\r\nCtrl-A x leaves, Ctrl-A c goes to the monitor and back, Ctrl-A Ctrl-A sends Ctrl-A\r\n';

/** What a terminal is connected to. */
export type TerminalSession = Pick<BootSession, 'inputOpen' | 'type' | 'closeInput' | 'stop'>;

/**
 * What a terminal types at: the session's console, or another serial port. When others may type too, the end of standard
 * input is not the end of all input.
 *
 * @param port name of the port; undefined when none is on the terminal
 */
export function terminalSession(
  session: BootSession,
  machine: GuestMachine,
  port: string | undefined,
  others: boolean,
): TerminalSession {
  const other = port === undefined || port === 'uart0' ? undefined : machine.ports?.[port];
  return {
    get inputOpen() {
      return session.inputOpen;
    },
    set inputOpen(open) {
      session.inputOpen = open;
    },
    type: bytes => {
      if (port === 'uart0') session.type(bytes);
      else if (other !== undefined) {
        other.receive(bytes);
        machine.wake();
      }
    },
    closeInput: () => {
      if (!others) session.closeInput();
    },
    stop: () => session.stop(),
  };
}

/**
 * Connects standard input to a session's console. A terminal is put into raw mode, so that every key but Ctrl-A goes to
 * the guest, and is put back however the program ends; a pipe or file is typed as it is.
 */
export class Terminal {
  private escape = false;
  private monitoring = false;
  private raw = false;
  private readonly onData = (data: Uint8Array): void => this.input(data);
  private readonly onEnd = (): void => this.session.closeInput();
  private readonly onSignal = (): void => this.session.stop();
  private readonly restore = (): void => {
    if (this.raw) process.stdin.setRawMode(false);
    this.raw = false;
  };

  /** @param editor what is typed at the monitor goes there; no monitor without it */
  constructor(
    private readonly session: TerminalSession,
    private readonly editor?: Pick<LineEditor, 'begin' | 'end' | 'type'>,
  ) {
    const { stdin } = process;
    session.inputOpen = true;
    if (stdin.isTTY) {
      stdin.setRawMode(true);
      this.raw = true;
      process.on('exit', this.restore);
    }
    for (const signal of SIGNALS) process.on(signal, this.onSignal);
    stdin.on('data', this.onData);
    stdin.on('end', this.onEnd);
    stdin.on('error', this.onEnd);
    stdin.resume();
  }

  /** Gives the terminal back. */
  close(): void {
    const { stdin } = process;
    this.restore();
    process.off('exit', this.restore);
    for (const signal of SIGNALS) process.off(signal, this.onSignal);
    stdin.off('data', this.onData);
    stdin.off('end', this.onEnd);
    stdin.off('error', this.onEnd);
    stdin.pause();
    // A pipe that nobody closes would keep the process alive.
    stdin.unref?.();
  }

  private input(data: Uint8Array): void {
    if (!this.raw) {
      this.session.type(data);
      return;
    }
    const typed: number[] = [];
    for (const byte of data) {
      if (this.escape) {
        this.escape = false;
        if (byte === 0x78 || byte === 0x58) this.session.stop();
        else if ((byte === 0x63 || byte === 0x43) && this.editor !== undefined) this.toggle();
        else if (byte === CTRL_A) typed.push(byte);
        else process.stderr.write(HELP);
      } else if (byte === CTRL_A) this.escape = true;
      else if (this.monitoring) this.editor?.type(byte);
      else typed.push(byte);
    }
    if (typed.length > 0) this.session.type(Uint8Array.from(typed));
  }

  /** From the guest's console to the monitor, or back. */
  private toggle(): void {
    this.monitoring = !this.monitoring;
    if (this.monitoring) this.editor?.begin();
    else this.editor?.end();
  }
}
