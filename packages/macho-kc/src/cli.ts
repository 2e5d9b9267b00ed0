#!/usr/bin/env node
import { runCli } from '@internal/binary/cli';
import manifest from '../package.json' with { type: 'json' };
import { build } from './cli/build.js';
import { exportCommand } from './cli/export.js';
import { extract } from './cli/extract.js';
import { fixups, pointer } from './cli/fixups.js';
import { info } from './cli/info.js';
import { kexts } from './cli/kexts.js';
import { patch } from './cli/patch.js';
import { symbols } from './cli/symbols.js';
import { trustcache } from './cli/trustcache.js';

process.exitCode = await runCli(
  {
    name: 'kc',
    version: manifest.version,
    summary: manifest.description,
    commands: [info, kexts, symbols, fixups, pointer, extract, patch, exportCommand, trustcache, build],
  },
  process.argv.slice(2),
);
