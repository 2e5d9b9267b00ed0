import { fail } from '../error.js';

/** What a text form is made of. */
export type Token =
  | { readonly kind: 'word' | 'text' | 'mark'; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly text: ''; readonly at: number };

/** A number, unless it goes on as a name. */
const NUMBER = /-?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![A-Za-z0-9_~.+-])/y;

/** Splits text into tokens; `#` or `//` and `/* … *​/` comments are skipped as the form has them. */
export class Lexer {
  #text: string;
  #at = 0;
  #word: RegExp;
  #comment: RegExp;
  #next: Token | undefined;

  /**
   * @param word sticky pattern of a bare word
   * @param comment sticky pattern of white space and comments, which may be empty
   */
  constructor(text: string, word: RegExp, comment: RegExp) {
    this.#text = text;
    this.#word = word;
    this.#comment = comment;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match[0];
  }

  /** A quoted text with its quotes; found by hand because a pattern would need memory for every character. */
  #quoted(at: number): string {
    let end = at + 1;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1;
    if (end >= this.#text.length) throw fail('syntax', 'a quoted text does not end', { offset: at });
    this.#at = end + 1;
    return this.#text.slice(at, end + 1);
  }

  #read(): Token {
    this.#match(this.#comment);
    const at = this.#at;
    if (at >= this.#text.length) return { kind: 'end', text: '', at };
    if (this.#text[at] === '"') return { kind: 'text', text: this.#quoted(at), at };
    const number = this.#match(NUMBER);
    if (number !== undefined) return { kind: 'word', text: number, at };
    const word = this.#match(this.#word);
    if (word !== undefined) return { kind: 'word', text: word, at };
    this.#at++;
    return { kind: 'mark', text: this.#text[at]!, at };
  }

  /** The next token, which stays next. */
  peek(): Token {
    this.#next ??= this.#read();
    return this.#next;
  }

  /** Takes the next token. */
  take(): Token {
    const token = this.peek();
    this.#next = undefined;
    return token;
  }

  /** Takes the next token when it is this mark or word. */
  accept(text: string): boolean {
    const token = this.peek();
    if (token.kind === 'text' || token.text !== text || token.kind === 'end') return false;
    this.#next = undefined;
    return true;
  }

  /** Takes the next token, which has to be this mark or word. */
  expect(text: string, path = ''): void {
    const token = this.peek();
    if (!this.accept(text)) throw this.error(`expected ${JSON.stringify(text)}, not ${what(token)}`, token, path);
  }

  /** Takes everything up to and with a closing mark, as it stands. */
  until(close: string, path = ''): string {
    const from = this.#next?.at ?? this.#at;
    const to = this.#text.indexOf(close, from);
    if (to < 0) throw fail('syntax', `no ${JSON.stringify(close)} follows`, { offset: from, path });
    this.#next = undefined;
    this.#at = to + close.length;
    return this.#text.slice(from, to);
  }

  /** An error at a token, with line and column in its message. */
  error(reason: string, token: Token, path = ''): Error {
    const before = this.#text.slice(0, token.at).split('\n');
    return fail('syntax', `line ${before.length}, column ${before.at(-1)!.length + 1}: ${reason}`, {
      offset: token.at,
      path,
    });
  }
}

const what = (token: Token): string => (token.kind === 'end' ? 'the end' : JSON.stringify(token.text.slice(0, 40)));

/** The text that a JSON-style quoted token stands for. */
export function unquote(lexer: Lexer, token: Token, path = ''): string {
  try {
    return JSON.parse(token.text.replaceAll('\n', '\\n')) as string;
  } catch {
    throw lexer.error('a quoted text has a bad escape', token, path);
  }
}
