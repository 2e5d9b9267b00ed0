import { viewOf } from '../bytes.js';
import { fail } from '../error.js';
import { scalar } from './scalars.js';
import type { ValueType } from './value-type.js';

/** A call to another node: which node (by `AAPL,phandle`), the function's four-character code, and arguments. */
export type FunctionCall = {
  readonly phandle: number;
  readonly code: string;
  readonly args: readonly number[];
};

/** `function-*`: a four-character code alone (4 bytes), or phandle, code and u32 arguments. */
export const functionCall: ValueType<string | FunctionCall> = {
  id: 'function',
  decode(bytes) {
    if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
    const view = viewOf(bytes);
    if (bytes.length === 4) return scalar.fourcc.get(view, 0);
    const args: number[] = [];
    for (let at = 8; at < bytes.length; at += 4) args.push(view.getUint32(at, true));
    return { phandle: view.getUint32(0, true), code: scalar.fourcc.get(view, 4), args };
  },
  encode(value) {
    if (typeof value === 'string') {
      const bytes = new Uint8Array(4);
      scalar.fourcc.put(viewOf(bytes), 0, value);
      return bytes;
    }
    if (typeof value !== 'object' || !Array.isArray(value.args))
      throw fail('bad-value', 'a function is a code or {phandle, code, args}');
    const bytes = new Uint8Array(8 + 4 * value.args.length);
    const view = viewOf(bytes);
    scalar.u32.put(view, 0, value.phandle);
    scalar.fourcc.put(view, 4, value.code);
    value.args.forEach((arg: number, i: number) => {
      scalar.u32.put(view, 8 + 4 * i, arg);
    });
    return bytes;
  },
};
