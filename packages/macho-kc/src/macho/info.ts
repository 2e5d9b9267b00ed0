import { fail, MachOError } from '../error.js';
import { viewOf } from '../source.js';
import { PLATFORMS, versionText } from './constants.js';
import { BuildToolVersionSize, readBuildToolVersion } from './load-command.generated.js';
import type { MachO } from './macho.js';

/** UUID of LC_UUID as upper-case text with dashes. */
export function uuidOf(macho: MachO): string | undefined {
  const uuid = macho.command('LC_UUID')?.fields.uuid;
  return uuid === undefined ? undefined : uuidText(uuid);
}

/** 16 bytes as upper-case text with dashes. */
export function uuidText(uuid: Uint8Array): string {
  const text = Array.from(uuid, byte => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}

/** One register state of LC_THREAD or LC_UNIXTHREAD. */
export interface ThreadState {
  readonly flavor: number;
  /** The state's words. */
  readonly state: Uint8Array;
}

/** Thread states of a command. */
export function threadStates(tail: Uint8Array): ThreadState[] {
  const states: ThreadState[] = [];
  const view = viewOf(tail);
  for (let at = 0; at + 8 <= tail.length; ) {
    const flavor = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true) * 4;
    if (size > tail.length - at - 8)
      throw new MachOError('bad-load-command', `thread state of ${size} bytes, ${tail.length - at - 8} are there`);
    states.push({ flavor, state: tail.subarray(at + 8, at + 8 + size) });
    at += 8 + size;
  }
  return states;
}

const ARM_THREAD_STATE64 = 6;
const x86_THREAD_STATE64 = 4;
/** Where the program counter stands in each flavor's state, bytes. */
const PC_OFFSET: Record<number, number> = { [ARM_THREAD_STATE64]: 0x100, [x86_THREAD_STATE64]: 0x80 };

/** Address at which LC_UNIXTHREAD or LC_MAIN starts the program. */
export function entryPoint(macho: MachO): bigint | undefined {
  const thread = macho.command('LC_UNIXTHREAD');
  if (thread !== undefined) {
    for (const { flavor, state } of threadStates(thread.tail)) {
      const at = PC_OFFSET[flavor];
      if (at !== undefined && at + 8 <= state.length) return viewOf(state).getBigUint64(at, true);
    }
    return undefined;
  }
  const main = macho.command('LC_MAIN');
  return main === undefined ? undefined : macho.address(Number(main.fields.entryoff));
}

/** Bytes after LC_UNIXTHREAD's head: an ARM_THREAD_STATE64 of zeros but for the program counter. */
export function armThreadState(pc: bigint): Uint8Array {
  const words = 68; // x0-x28, fp, lr, sp, pc (64 bits each), cpsr, flags
  const out = new Uint8Array(8 + words * 4);
  const view = viewOf(out);
  view.setUint32(0, ARM_THREAD_STATE64, true);
  view.setUint32(4, words, true);
  view.setBigUint64(8 + 0x100, pc, true);
  return out;
}

/** What LC_BUILD_VERSION or LC_VERSION_MIN_* says. */
export interface BuildVersion {
  readonly platform: string;
  readonly minimumOs: string;
  readonly sdk: string;
  readonly tools: readonly { readonly tool: number; readonly version: string }[];
}

/** Every platform that the file was built for. */
export function buildVersions(macho: MachO): BuildVersion[] {
  const out: BuildVersion[] = [];
  for (const command of macho.commands) {
    if (command.name === 'LC_BUILD_VERSION') {
      const { platform, minos, sdk, ntools } = command.fields;
      if (ntools * BuildToolVersionSize > command.tail.length)
        throw new MachOError('bad-load-command', `${ntools} tools do not fit the command`, {
          offset: command.offset,
          path: command.name,
        });
      out.push({
        platform: Object.entries(PLATFORMS).find(([, value]) => value === platform)?.[0] ?? String(platform),
        minimumOs: versionText(minos),
        sdk: versionText(sdk),
        tools: Array.from({ length: ntools }, (_, i) => {
          const { tool, version } = readBuildToolVersion(command.tail, i * BuildToolVersionSize, fail);
          return { tool, version: versionText(version) };
        }),
      });
    } else if (command.name?.startsWith('LC_VERSION_MIN_')) {
      const { version, sdk } = (command as Extract<typeof command, { name: 'LC_VERSION_MIN_MACOSX' }>).fields;
      const platform = { MACOSX: 'macos', IPHONEOS: 'ios', TVOS: 'tvos', WATCHOS: 'watchos' }[command.name.slice(15)];
      out.push({ platform: platform ?? '', minimumOs: versionText(version), sdk: versionText(sdk), tools: [] });
    }
  }
  return out;
}

/** `A.B.C.D.E` of LC_SOURCE_VERSION. */
export function sourceVersion(macho: MachO): string | undefined {
  const version = macho.command('LC_SOURCE_VERSION')?.fields.version;
  if (version === undefined) return undefined;
  const parts = [version >> 40n, ...[30n, 20n, 10n, 0n].map(shift => (version >> shift) & 0x3ffn)];
  return parts.join('.');
}
