import { runCli } from '@internal/binary/cli';
import manifest from '../package.json' with { type: 'json' };
import { prepare, validate } from './cli/boot.js';
import { fromDtbCommand, toBinary, toDtbCommand, toDtsCommand } from './cli/convert.js';
import { apply, diff, merge } from './cli/edit.js';
import { find, regs } from './cli/find.js';
import { json, print } from './cli/print.js';
import { get, set } from './cli/values.js';

process.exitCode = await runCli(
  {
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
  },
  process.argv.slice(2),
);
