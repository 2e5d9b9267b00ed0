import { PROMPT } from './monitor.js';

const CTRL_C = 0x03;
const CTRL_U = 0x15;

/** Lines typed at the monitor while the terminal is in raw mode: echo, backspace, Ctrl-U, Ctrl-C. */
export class LineEditor {
  private line = '';
  private open = false;
  /** Typed while a command is executed. */
  private ahead: number[] | undefined;

  constructor(
    private readonly write: (text: string) => void,
    private readonly execute: (line: string) => Promise<string>,
  ) {}

  /** Shows the prompt. */
  begin(): void {
    this.open = true;
    this.line = '';
    this.write(`\r\n${PROMPT}`);
  }

  /** Shows no more prompts. */
  end(): void {
    this.open = false;
    this.write('\r\n');
  }

  /** Takes a typed byte. */
  type(byte: number): void {
    if (this.ahead !== undefined) this.ahead.push(byte);
    else if (byte === 0x0d || byte === 0x0a) void this.enter();
    else if (byte === 0x7f || byte === 0x08) {
      if (this.line === '') return;
      this.line = this.line.slice(0, -1);
      this.write('\b \b');
    } else if (byte === CTRL_C || byte === CTRL_U) this.begin();
    else if (byte >= 0x20 && byte < 0x7f) {
      this.line += String.fromCharCode(byte);
      this.write(String.fromCharCode(byte));
    }
  }

  private async enter(): Promise<void> {
    const { line } = this;
    this.line = '';
    this.write('\r\n');
    this.ahead = [];
    const text = await this.execute(line);
    const { ahead } = this;
    this.ahead = undefined;
    if (text !== '') this.write(`${text.replaceAll('\n', '\r\n')}\r\n`);
    if (this.open) this.write(PROMPT);
    for (const byte of ahead) this.type(byte);
  }
}
