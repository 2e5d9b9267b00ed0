import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is measured of the peer, each once per process so that no run gains from one before it. */
const SCRIPT = `
import sys, time
sys.path.insert(0, sys.argv[1])
from m1n1 import adt
data = open(sys.argv[2], 'rb').read()
clock = time.perf_counter
start = clock(); raw = adt.ADTNodeStruct.parse(data); opened = clock() - start
if sys.argv[3] == 'open': print(opened * 1000); sys.exit()
start = clock(); node = adt.ADTNode(raw); typed = clock() - start
if sys.argv[3] == 'typed': print((opened + typed) * 1000); sys.exit()
start = clock(); built = node.build(); print((clock() - start) * 1000)
assert built == data
`;

/** A python3 that can import m1n1's adt.py. */
export interface Peer {
  readonly python: string;
  readonly folder: string;
}

/** Looks for m1n1's `proxyclient` folder: an argument, `M1N1_PROXYCLIENT`, or a scratch folder. */
export function findPeer(argument: string | undefined): Peer | undefined {
  const scratch = fileURLToPath(new URL('../../../../scratch/m1n1/proxyclient', import.meta.url));
  for (const folder of [argument, process.env.M1N1_PROXYCLIENT, scratch, join(tmpdir(), 'm1n1/proxyclient')]) {
    if (folder === undefined || !existsSync(join(folder, 'm1n1/adt.py'))) continue;
    for (const python of ['python3', '/usr/bin/python3']) {
      const probe = spawnSync(python, ['-c', 'import sys; sys.path.insert(0, sys.argv[1]); import m1n1.adt', folder]);
      if (probe.status === 0) return { python, folder };
    }
  }
  return undefined;
}

let file: string | undefined;

/** Milliseconds that the peer takes to parse, to parse and type, or to build a tree; undefined when it fails on it. */
export function runPeer(peer: Peer, bytes: Uint8Array, what: 'open' | 'typed' | 'build'): number | undefined {
  file ??= join(mkdtempSync(join(tmpdir(), 'adt-bench-')), 'tree.bin');
  writeFileSync(file, bytes);
  const { status, stdout } = spawnSync(peer.python, ['-c', SCRIPT, peer.folder, file, what], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}
