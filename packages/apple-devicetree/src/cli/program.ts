import type { CliProgram } from '@internal/binary/cli';
import manifest from '../../package.json' with { type: 'json' };
import { prepare, validate } from './boot.js';
import { fromDtbCommand, toBinary, toDtbCommand, toDtsCommand } from './convert.js';
import { apply, diff, merge } from './edit.js';
import { find, regs } from './find.js';
import { json, print } from './print.js';
import { get, set } from './values.js';

/** The `adt` command. */
export const program: CliProgram = {
  name: 'adt',
  version: manifest.version,
  summary: manifest.description,
  commands: [
    print,
    json,
    get,
    set,
    find,
    regs,
    diff,
    apply,
    merge,
    validate,
    prepare,
    toDtsCommand,
    toDtbCommand,
    fromDtbCommand,
    toBinary,
  ],
};
