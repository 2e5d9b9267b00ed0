import { CPU_MODELS, type CpuModel, createVirt, VIRT_DTB_SIZE, type VirtMachine } from 'arm64-emu';
import { BootError } from '../error.js';
import { isElf, readElf } from '../loaders/elf.js';
import { gunzip } from '../loaders/gzip.js';
import { placeLinux, readLinuxImage } from '../loaders/linux-image.js';
import { checkSegments, type LoadSegment, rawSegment } from '../loaders/raw.js';
import { guestOf } from '../machines/guest.js';
import type { PreparedBoot, RecipeOptions } from './recipe.js';

/** What linear memory can hold beside the emulator's own tables. */
export const MOST_MEMORY = 3584 * 0x100000;
/** Always the same, so that runs can be compared. */
const RNG_SEED = Uint8Array.from({ length: 32 }, (_, i) => (i * 73 + 5) & 0xff);

/** What goes into memory and how the first CPU starts. Addresses are physical. */
interface Layout {
  readonly segments: readonly LoadSegment[];
  readonly entry: number;
  readonly x0: number;
  /** Where the device tree blob goes; undefined when there is no room. */
  readonly dtb: number | undefined;
  readonly initrd: LoadSegment | undefined;
}

const overlaps = (a: { address: number; size: number }, b: { address: number; size: number }): boolean =>
  a.address < b.address + b.size && b.address < a.address + a.size;

async function layoutOf(options: RecipeOptions, ram: { base: number; size: number }): Promise<Layout> {
  const files = (options.load ?? []).map(({ name, bytes, address }, i) =>
    rawSegment(name ?? `load ${i}`, bytes, address),
  );
  const kernel = options.kernel === undefined ? undefined : await gunzip(options.kernel);
  if (options.initrd !== undefined && (kernel === undefined || isElf(kernel)))
    throw new BootError('bad-option', 'goes with a Linux Image only; use --load', { path: 'initrd' });
  if (kernel !== undefined && !isElf(kernel)) {
    const image = readLinuxImage(kernel);
    const placed = placeLinux({ image, ram, initrd: options.initrd, dtbSize: VIRT_DTB_SIZE });
    const segments = [placed.kernel, ...(placed.initrd ? [placed.initrd] : []), ...files];
    return { segments, entry: options.entry ?? placed.entry, x0: placed.dtb, dtb: placed.dtb, initrd: placed.initrd };
  }
  const elf = kernel === undefined ? undefined : readElf(kernel);
  const segments = [...(elf?.segments ?? []), ...files];
  const entry = options.entry ?? elf?.entry;
  if (entry === undefined) throw new BootError('missing-input', 'give --entry with --load', { path: 'entry' });
  const blob = { address: ram.base, size: VIRT_DTB_SIZE };
  return {
    segments,
    entry,
    x0: 0,
    dtb: segments.some(s => overlaps(s, blob)) ? undefined : ram.base,
    initrd: undefined,
  };
}

/** The CPU model of that name; `max` when none is given. */
export function cpuModel(name = 'max'): CpuModel {
  const model = CPU_MODELS[name];
  if (model !== undefined) return model;
  throw new BootError('bad-option', `"${name}"; there are ${Object.keys(CPU_MODELS).join(', ')}`, { path: 'cpu' });
}

function createMachine(options: RecipeOptions): VirtMachine {
  const { memory, smp, gic, virtualization, cpu, log } = options;
  if (memory !== undefined && memory > MOST_MEMORY)
    throw new BootError('bad-option', `${memory} bytes; at most ${MOST_MEMORY} are possible`, { path: 'memory' });
  return createVirt({
    cpu: cpuModel(cpu),
    ...(memory === undefined ? {} : { memory }),
    ...(smp === undefined ? {} : { smp }),
    ...(gic === undefined ? {} : { gic }),
    ...(virtualization === undefined ? {} : { virtualization }),
    ...(options.mode === undefined ? {} : { mode: options.mode }),
    ...(log === undefined ? {} : { log }),
  });
}

/** A `virt` machine with the files of `options` in its memory, started as QEMU starts them. */
export async function prepareVirt(options: RecipeOptions): Promise<PreparedBoot> {
  const { machine, serial, engine, ram, deviceTree, load } = createMachine(options);
  const { segments, entry, x0, dtb, initrd } = await layoutOf(options, ram);
  const blob: LoadSegment[] =
    dtb === undefined
      ? []
      : [
          rawSegment(
            'device tree',
            deviceTree({
              rngSeed: RNG_SEED,
              ...(options.append === undefined ? {} : { bootargs: options.append }),
              ...(initrd === undefined ? {} : { initrd: { start: initrd.address, end: initrd.address + initrd.size } }),
            }),
            dtb,
          ),
        ];
  const all = [...segments, ...blob];
  checkSegments(all, [ram]);
  for (const { address, bytes } of all) load(address, bytes);
  machine.start(BigInt(entry), BigInt(x0));

  const hex = (value: number): string => `0x${value.toString(16)}`;
  const regions = all.map(({ name, address, size }) => ({ name, physical: hex(address), size: hex(size) }));
  const cpus = machine.cpus.length;
  return {
    machine: guestOf({ machine, engine }, serial),
    plan: { ram: { physical: hex(ram.base), size: hex(ram.size) }, cpus, entry: hex(entry), x0: hex(x0), regions },
    planText: [
      `virt: ${cpus} CPU${cpus > 1 ? 's' : ''}, ${Math.floor(ram.size / 0x100000)} MiB at ${hex(ram.base)}`,
      ...regions.map(({ name, physical, size }) => `  ${physical} ${size.padStart(10)} ${name}`),
      `entry ${hex(entry)}, x0 ${hex(x0)}, command line "${options.append ?? ''}"`,
    ].join('\n'),
  };
}
