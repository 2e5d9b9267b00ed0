import { runCli } from '@internal/binary/cli';
import manifest from '../package.json' with { type: 'json' };
import { boot } from './cli/boot.js';
import { list } from './cli/list.js';

process.exitCode = await runCli(
  { name: 'boot-recipes', version: manifest.version, summary: manifest.description, commands: [list, boot] },
  process.argv.slice(2),
);
