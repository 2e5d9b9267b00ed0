import { describe, expect, it } from 'vitest';
import { ConsoleWatch, isPrompt, unescapeText } from '../src/console.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const MS = 1_000_000n;

describe('prompts', () => {
  it.each<[string, boolean]>([
    ['~ # ', true],
    ['sample# ', true],
    ['debian login: ', true],
    ['\x1b[1;32muser\x1b[0m$ \x1b[6n', true],
    ['Continue? ', true],
    ['Loading kernel', false],
    ['', false],
    ['   ', false],
  ])('%j', (line, prompt) => expect(isPrompt(line)).toBe(prompt));
});

describe('console', () => {
  it('types each text at a prompt that has been silent', () => {
    const watch = new ConsoleWatch({ send: ['one', 'two'] });
    watch.output(bytes('booting\r\n'), 10n * MS);
    expect(watch.next(500n * MS)).toBeUndefined();
    watch.output(bytes('/ # '), 600n * MS);
    expect(watch.next(640n * MS)).toBeUndefined();
    expect(watch.promptDeadline()).toBe(650n * MS);
    expect(watch.next(650n * MS)).toBe('one\r');
    expect(watch.next(900n * MS)).toBeUndefined();
    watch.output(bytes('one\r\nfirst\r\n/ # '), 950n * MS);
    expect(watch.next(1100n * MS)).toBe('two\r');
    expect(watch.promptDeadline()).toBeUndefined();
  });

  it('looks for the pattern only behind the last text that was typed', () => {
    const watch = new ConsoleWatch({ send: ['uname -m'], until: /aarch64/ });
    watch.output(bytes('CPU: aarch64\r\n/ # '), 0n);
    expect(watch.matched).toBe(false);
    expect(watch.next(100n * MS)).toBe('uname -m\r');
    watch.output(bytes('uname -m\r\naar'), 110n * MS);
    expect(watch.matched).toBe(false);
    watch.output(bytes('ch64\r\n'), 111n * MS);
    expect(watch.matched).toBe(true);
  });

  it('finds a pattern without anything to type, in pieces, and in UTF-8 cut apart', () => {
    const watch = new ConsoleWatch({ until: /grü.t$/g });
    const text = bytes('es grüßt');
    watch.output(text.subarray(0, 6), 0n);
    watch.output(text.subarray(6, 7), 0n);
    expect(watch.matched).toBe(false);
    watch.output(text.subarray(7), 0n);
    expect(watch.matched).toBe(true);
  });

  it('keeps a bounded window', () => {
    const watch = new ConsoleWatch({ until: /begin.*end/s });
    watch.output(bytes('begin'), 0n);
    for (let i = 0; i < 20; i++) watch.output(bytes('x'.repeat(8192)), 0n);
    watch.output(bytes('end'), 0n);
    expect(watch.matched).toBe(false);
  });
});

it('replaces escapes', () => {
  expect(unescapeText('a\\n\\r\\t\\e\\\\\\x03\\q')).toBe('a\n\r\t\x1b\\\x03\\q');
});
