#!/usr/bin/env node
// Runs the command from source in this repository; the published package runs dist/cli.js.
import { register } from 'tsx/esm/api';

register();
await import('../src/cli.ts');
