import type { Engine } from '../engine/engine.js';
import type { Value } from './cbor.js';
import { contentsButMemory, loadContents, mismatch, type Saveable } from './contents.js';
import { MemoryImage } from './memory-image.js';
import { isAlias, packSnapshot, type SnapshotOptions } from './snapshot.js';
import { copy } from './state.js';

const PAGE = 4096;

/** What an engine's memory was last known to be: it differs in the pages that were written since. */
const images = new WeakMap<Engine, MemoryImage>();

/**
 * A state of a machine that it, or another one that was built alike, can be put into again and again. Resetting costs
 * the pages that were written since, so that thousands of resets a second are possible; translated code stays. States
 * share the pages that they have in common, however they came from each other.
 */
export class Checkpoint {
  /** For {@link checkpoint}. @internal */
  constructor(
    private readonly origin: Saveable,
    private readonly state: { readonly [key: string]: Value },
    private readonly image: MemoryImage,
    private readonly prepare: ((other: Saveable) => void) | undefined,
  ) {}

  /** Puts the machine back into this state: memory, CPUs, devices, instructions and time. Not while it runs. */
  reset(): void {
    this.restoreTo(this.origin);
  }

  /**
   * Puts another machine into this state, copying the pages that it does not have. Throws `SnapshotError` `mismatch`
   * unless it was built alike.
   */
  restoreTo(other: Saveable): void {
    this.prepare?.(other);
    loadContents(other, this.state, () => fill(other.engine, this.image));
    other.engine.trackWrites();
  }

  /** The state as bytes, as `saveSnapshot` would have made them then. */
  save(options: SnapshotOptions = {}): Promise<Uint8Array> {
    const { image, origin } = this;
    const { regions } = origin.engine.memory;
    const memory = regions.map(region => ({
      base: region.base,
      size: region.size,
      runs: isAlias(region, regions) ? [] : imageRuns(image, region.host, region.size),
    }));
    return packSnapshot({ ...this.state, memory }, options);
  }
}

/**
 * Remembers the present state of a machine. Not while it runs. The first one copies all of memory that is not zero; later
 * ones only what was written since. Throws `SnapshotError` `unsupported` or `busy`.
 *
 * @example
 * const point = checkpoint(virt);
 * for (const input of inputs) {
 *   virt.load(0x48000000, input);
 *   virt.machine.runSync({ instructions: 1e6 });
 *   point.reset();
 * }
 */
export function checkpoint(saveable: Saveable): Checkpoint {
  return checkpointOf(saveable);
}

/** The same; `prepare` is called before a machine is put into the state. */
export function checkpointOf(saveable: Saveable, prepare?: (other: Saveable) => void): Checkpoint {
  const { engine } = saveable;
  const state = copy(contentsButMemory(saveable)) as { readonly [key: string]: Value };
  const { bytes, regions } = engine.memory;
  const before = images.get(engine);
  const image =
    before === undefined
      ? MemoryImage.of(bytes, Math.min(...regions.map(r => r.host)), Math.max(...regions.map(r => r.host + r.size)))
      : before.with(bytes, engine.trackedWrites());
  images.set(engine, image);
  engine.trackWrites();
  return new Checkpoint(saveable, state, image, prepare);
}

/** Where guest memory begins and ends in linear memory. */
function stretch({ memory: { regions } }: Engine): [from: number, to: number] {
  return [Math.min(...regions.map(r => r.host)), Math.max(...regions.map(r => r.host + r.size))];
}

/** Makes memory what an image says, page by page where it may differ. */
function fill(engine: Engine, image: MemoryImage): void {
  const before = images.get(engine);
  const [from, to] = stretch(engine);
  if (image.first !== from / PAGE || image.count !== (to - from) / PAGE) throw mismatch();
  const replace = (page: number): void => engine.replacePage(page * PAGE, image.page(page));
  if (before === undefined) for (let n = 0; n < image.count; n++) replace(image.first + n);
  else {
    if (before !== image) for (const page of image.differences(before)) replace(page);
    for (const page of engine.trackedWrites()) replace(page);
  }
  images.set(engine, image);
}

/** Offset and bytes of each run of pages that are not zero. */
function imageRuns(image: MemoryImage, host: number, size: number): Value[] {
  const found: Value[] = [];
  const [first, end] = [host / PAGE, (host + size) / PAGE];
  for (let page = first; page < end; page++) {
    if (image.page(page) === undefined) continue;
    const from = page;
    while (page < end && image.page(page) !== undefined) page++;
    const run = new Uint8Array((page - from) * PAGE);
    for (let n = from; n < page; n++) run.set(image.page(n)!, (n - from) * PAGE);
    found.push([(from - first) * PAGE, run]);
  }
  return found;
}
