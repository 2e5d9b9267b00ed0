#!/usr/bin/env node
import { runCli } from '@internal/binary/cli';
import manifestFile from '../package.json' with { type: 'json' };
import { create } from './cli/create.js';
import { digest } from './cli/digest.js';
import { edit } from './cli/edit.js';
import { extract } from './cli/extract.js';
import { info } from './cli/info.js';
import { manifest } from './cli/manifest.js';
import { nonce } from './cli/nonce.js';
import { stitch } from './cli/stitch.js';
import { verify } from './cli/verify.js';

process.exitCode = await runCli(
  {
    name: 'img4',
    version: manifestFile.version,
    summary: manifestFile.description,
    commands: [info, extract, create, edit, verify, stitch, manifest, nonce, digest],
  },
  process.argv.slice(2),
);
