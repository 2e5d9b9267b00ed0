#!/usr/bin/env node
import { runCli } from '@internal/binary/cli';
import { program } from './cli/program.js';

process.exitCode = await runCli(program, process.argv.slice(2));
