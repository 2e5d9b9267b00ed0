/** All routines; see `../index.ts` for why the modules are listed. */
import * as aes from './aes.js';
import * as checksum from './checksum.js';
import * as float from './float.js';
import * as integer from './integer.js';
import * as qarma from './qarma.js';
import * as sha from './sha.js';
import * as sm from './sm.js';

export const ROUTINES: readonly object[] = [aes, checksum, float, integer, qarma, sha, sm];
