import type { BootSession } from '../session.js';

const CTRL_A = 0x01;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const HELP = '\r\nCtrl-A x leaves, Ctrl-A Ctrl-A sends Ctrl-A\r\n';

/** What a terminal is connected to. */
export type TerminalSession = Pick<BootSession, 'inputOpen' | 'type' | 'closeInput' | 'stop'>;

/**
 * Connects standard input to a session's console. A terminal is put into raw mode, so that every key but Ctrl-A goes to
 * the guest, and is put back however the program ends; a pipe or file is typed as it is.
 */
export class Terminal {
  private escape = false;
  private raw = false;
  private readonly onData = (data: Uint8Array): void => this.input(data);
  private readonly onEnd = (): void => this.session.closeInput();
  private readonly onSignal = (): void => this.session.stop();
  private readonly restore = (): void => {
    if (this.raw) process.stdin.setRawMode(false);
    this.raw = false;
  };

  constructor(private readonly session: TerminalSession) {
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
        else if (byte === CTRL_A) typed.push(byte);
        else process.stderr.write(HELP);
      } else if (byte === CTRL_A) this.escape = true;
      else typed.push(byte);
    }
    if (typed.length > 0) this.session.type(Uint8Array.from(typed));
  }
}
