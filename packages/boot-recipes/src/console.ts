/** Characters of output that `until` is looked for in, and of a line that a prompt is. */
const WINDOW = 0x10000;
const LINE = 0x200;
/** How long a guest must have been silent after a prompt, in nanoseconds of its own time. */
const SILENCE = 50_000_000n;

/** What to wait for and what to type. */
export interface ConsoleScript {
  /** The run ends when this matches what the guest has printed since the last text of `send` was typed. */
  readonly until?: RegExp | undefined;
  /** Typed one after the other, each followed by Enter, when the guest stands at a prompt. */
  readonly send?: readonly string[] | undefined;
}

/**
 * Follows the guest's console: decodes it, looks for `until`, and says when the next text of `send` is to be typed.
 *
 * The guest stands at a prompt when its last line is not ended, ends in one of `# $ > % : ?` (spaces and colours
 * aside), and nothing came after it for 50 ms of guest time.
 *
 * @example
 * const watch = new ConsoleWatch({ until: /aarch64/, send: ['uname -m'] });
 * watch.output(bytes, clock.now());
 * const typed = watch.next(clock.now());
 */
export class ConsoleWatch {
  private readonly decoder = new TextDecoder('utf-8', { fatal: false });
  private readonly until: RegExp | undefined;
  private readonly waiting: string[];
  private window = '';
  private line = '';
  private last = 0n;
  private found = false;

  constructor(script: ConsoleScript) {
    // Without the flags that keep a position between calls.
    this.until = script.until && new RegExp(script.until.source, script.until.flags.replace(/[gy]/g, ''));
    this.waiting = [...(script.send ?? [])];
  }

  /** Whether `until` has matched. */
  get matched(): boolean {
    return this.found;
  }

  /** Takes what the guest printed at `now`, in nanoseconds of guest time. */
  output(bytes: Uint8Array, now: bigint): void {
    const text = this.decoder.decode(bytes, { stream: true });
    this.last = now;
    this.window = (this.window + text).slice(-WINDOW);
    this.line = (this.line + text).slice(-LINE);
    const end = Math.max(this.line.lastIndexOf('\n'), this.line.lastIndexOf('\r'));
    if (end >= 0) this.line = this.line.slice(end + 1);
    if (this.waiting.length === 0 && this.until !== undefined && this.until.test(this.window)) this.found = true;
  }

  /** Guest time at which a prompt that is there now will have been silent for long enough; undefined without one. */
  promptDeadline(): bigint | undefined {
    return this.waiting.length > 0 && isPrompt(this.line) ? this.last + SILENCE : undefined;
  }

  /** The text to type now, with its Enter, or undefined. */
  next(now: bigint): string | undefined {
    if (this.waiting.length === 0 || now - this.last < SILENCE || !isPrompt(this.line)) return undefined;
    this.window = '';
    this.line = '';
    return `${this.waiting.shift()}\r`;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals' control sequences begin with ESC
const CONTROL = /\x1b(\[[0-9;?]*[ -/]*[@-~]|[@-Z\\-_])/g;

/** Whether an unfinished line looks like one that waits for input. */
export const isPrompt = (line: string): boolean => /[#$>%:?]\s*$/.test(line.replace(CONTROL, ''));

/**
 * Text with the escapes `\n`, `\r`, `\t`, `\e`, `\\` and `\xNN` replaced, as `--send` takes it.
 *
 * @example unescapeText('a\\x03') // 'a' and Ctrl-C
 */
export const unescapeText = (text: string): string =>
  text.replace(/\\(x[0-9a-fA-F]{2}|[nrte\\])/g, (_, code: string) =>
    code[0] === 'x' && code.length === 3
      ? String.fromCharCode(Number.parseInt(code.slice(1), 16))
      : { n: '\n', r: '\r', t: '\t', e: '\x1b', '\\': '\\' }[code]!,
  );
