import type { CliProgram } from '@internal/binary/cli';
import manifest from '../../package.json' with { type: 'json' };
import { boot } from './boot.js';
import { doctor } from './doctor.js';
import { fetchPlan } from './fetch-plan.js';
import { list } from './list.js';
import { makeNvram, makeTrustCache } from './make.js';
import { makeRamdisk } from './make-ramdisk.js';
import { plan } from './plan.js';

/** The command `boot-recipes`. */
export const program: CliProgram = {
  name: 'boot-recipes',
  version: manifest.version,
  summary: manifest.description,
  commands: [list, plan, doctor, fetchPlan, boot, makeRamdisk, makeTrustCache, makeNvram],
};
