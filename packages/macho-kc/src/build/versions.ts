import { asText } from '../plist/value.js';
import { kextId } from './inputs.js';
import type { KextInput } from './types.js';

/** Numbers of a bundle version: `1.2.3`, with a stage such as `b4` behind it (d, a, b, f; a release comes last). */
function parts(version: string): number[] {
  const match = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:(d|a|b|f|fc)(\d+))?/.exec(version);
  if (match === null) return [0];
  const stage = match[4] === undefined ? 9 : ['d', 'a', 'b', 'f', 'fc'].indexOf(match[4]) + 1;
  return [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0), stage, Number(match[5] ?? 0)];
}

/** Order of two bundle versions: negative, 0 or positive. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const difference = (x[i] ?? 0) - (y[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether a kext serves as a library of this version: not older than asked for, and compatible with it. */
export function isCompatible(kext: KextInput, wanted: string): boolean {
  const version = asText(kext.info.get('CFBundleVersion'));
  const compatible = asText(kext.info.get('OSBundleCompatibleVersion'));
  if (version === undefined || compatible === undefined) return false;
  return compareVersions(wanted, version) <= 0 && compareVersions(wanted, compatible) >= 0;
}

/** Of several kexts with one bundle id the newest, with those that it displaces. */
export function newestKexts(all: readonly KextInput[]): { kexts: KextInput[]; displaced: KextInput[] } {
  const best = new Map<string, KextInput>();
  const displaced: KextInput[] = [];
  const version = (kext: KextInput) => asText(kext.info.get('CFBundleVersion')) ?? '0';
  for (const kext of all) {
    const other = best.get(kextId(kext));
    if (other === undefined) best.set(kextId(kext), kext);
    else if (compareVersions(version(kext), version(other)) > 0) {
      best.set(kextId(kext), kext);
      displaced.push(other);
    } else displaced.push(kext);
  }
  return { kexts: all.filter(kext => best.get(kextId(kext)) === kext), displaced };
}
