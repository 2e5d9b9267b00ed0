import { isBinaryError } from '../error.js';

/** Sixteen-byte rows around `offset`, the row of the offset marked. */
export function hexExcerpt(bytes: Uint8Array, offset: number): string {
  const first = Math.max(0, (offset & ~15) - 16);
  const rows: string[] = [];
  for (let row = first; row < Math.min(bytes.length, first + 48); row += 16) {
    const part = bytes.subarray(row, Math.min(row + 16, bytes.length));
    const hex = Array.from(part, byte => byte.toString(16).padStart(2, '0')).join(' ');
    const text = Array.from(part, byte => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    const mark = offset >= row && offset < row + 16 ? '>' : ' ';
    rows.push(`${mark} ${row.toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${text}`);
  }
  return rows.join('\n');
}

/** The stable shape of an error under `--json`. */
export interface ErrorReport {
  readonly error: { readonly code: string; readonly message: string; readonly offset?: number; readonly path?: string };
}

/** Node's own errors (missing file, no permission) carry a `code` and a message made for people. */
const systemCode = (error: unknown): string | undefined => {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^E[A-Z0-9_]+$/.test(code) ? code : undefined;
};

export function errorReport(error: unknown): ErrorReport | undefined {
  if (isBinaryError(error)) {
    const { code, message, offset, path } = error;
    return { error: { code, message, ...(offset === undefined ? {} : { offset }), ...(path === '' ? {} : { path }) } };
  }
  const code = systemCode(error);
  return code === undefined ? undefined : { error: { code, message: (error as Error).message } };
}

/** What a person is shown: code, message with path and offset, and the bytes there. */
export function describeError(program: string, error: unknown, input: Uint8Array | undefined): string {
  const report = errorReport(error);
  if (report === undefined)
    return `${program}: internal error: ${error instanceof Error ? error.message : String(error)}`;
  const { code, message, offset } = report.error;
  const excerpt =
    input !== undefined && offset !== undefined && offset <= input.length ? `\n${hexExcerpt(input, offset)}` : '';
  return `${program}: ${code}: ${message}${excerpt}`;
}
