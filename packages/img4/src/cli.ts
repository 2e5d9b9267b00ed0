import { runCli } from '@internal/binary/cli';
import manifest from '../package.json' with { type: 'json' };
import { create } from './cli/create.js';
import { extract } from './cli/extract.js';
import { info } from './cli/info.js';

process.exitCode = await runCli(
  { name: 'img4', version: manifest.version, summary: manifest.description, commands: [info, extract, create] },
  process.argv.slice(2),
);
