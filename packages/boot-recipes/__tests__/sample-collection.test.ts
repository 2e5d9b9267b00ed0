import { AddressIndex, openCollection, readVtable } from 'macho-kc';
import { describe, expect, it } from 'vitest';
import { boot } from '../src/boot.js';
import { sampleMachine } from '../src/machines/sample-machine.js';
import { sampleImages } from '../src/recipes/sample-images.js';
import { BootSession } from '../src/session.js';
import { openKernel } from '../src/xnu/kernel.js';
import { unwrapPayload } from '../src/xnu/payload.js';
import { loadXnu, planXnu } from '../src/xnu/plan.js';
import { cli } from './support/cli.js';
import { unsigned } from './support/unsigned.js';

const images = sampleImages();
const { bytes } = openKernel(images.collection);
const [BUS, CLOCK] = ['boot-recipes.sample.bus', 'boot-recipes.sample.clock'];

/** What the collection prints when it is started `slide` bytes above its recorded addresses. */
async function bootAt(slide: bigint): Promise<string> {
  const plan = planXnu({
    kernel: openKernel(images.collection),
    deviceTree: unwrapPayload(images.deviceTree, 'device tree', ['dtre']),
    ramDisk: unwrapPayload(images.ramDisk, 'RAM disk', ['rdsk']),
    commandLine: '',
    commandLineSize: 608,
    physBase: 0x40000000n,
    memSize: 0x10000000n,
    slide,
    randomSeed: new Uint8Array(64).fill(1),
    timebase: 24_000_000,
  });
  const { entry, bootArgs } = plan;
  const { machine, write } = sampleMachine({ memory: 0x10000000, entry, bootArgs: bootArgs.physical });
  loadXnu(plan, write);
  let text = '';
  const output = (part: Uint8Array) => void (text += new TextDecoder().decode(part));
  const session = new BootSession({ machine, plan: {}, planText: '' }, { timeout: 60, output });
  expect((await session.run()).reason).toBe('power-off');
  return text.replaceAll('\r', '');
}

describe('the sample’s kext collection', () => {
  const collection = openCollection(bytes);

  it('has a kernel and two kexts, a class of one deriving from a class of the other', () => {
    expect(collection.kind).toBe('fileset');
    expect(collection.kexts.map(kext => kext.id)).toEqual([BUS, CLOCK]);
    const index = new AddressIndex(collection);
    const vtable = readVtable(collection, index, index.named('__ZTV5Clock')[0]!.value);
    expect(vtable.map(({ name, target }) => [name, collection.imageAt(target!)])).toEqual([
      ['__ZN6Device8describeEv', BUS],
      ['__ZN5Clock4readEv', CLOCK],
      ['__ZN5Clock4unitEv', CLOCK],
    ]);
  });

  it('is what the command boots: the code of both kexts runs', async () => {
    const { status, stdout } = await cli('boot-recipes', ['boot', 'sample']);
    expect(status).toBe(0);
    expect(stdout.replaceAll('\r', '')).toContain(
      [
        'kext collection at 0xfffffe0007004000, slide 0x0',
        `kext ${BUS} 1.0 at 0x${collection.image(BUS!)!.baseAddress.toString(16)}, 0 initializers`,
        'nothing: reads 0 units',
        'SampleBus: started with 1 device',
        `kext ${CLOCK} 1.1 at 0x${collection.image(CLOCK!)!.baseAddress.toString(16)}, 1 initializers`,
        'counter: reads 24000000 Hz',
        'nothing: reads 0 units',
        'SampleClock: started, the bus now has 2 devices',
        'load_init_program: attempting to load /sbin/launchd',
      ].join('\n'),
    );
  });

  it.each([0x200000n, 0x1c00000n, 0x4600000n])('finds its slide and fixes its pointers up: %i bytes', async slide => {
    const output = await bootAt(slide);
    const at = (address: bigint) => `0x${(address + slide).toString(16)}`;
    expect(output).toContain(`kext collection at ${at(0xfffffe0007004000n)}, slide 0x${slide.toString(16)}\n`);
    expect(output).toContain(`kext ${CLOCK} 1.1 at ${at(collection.image(CLOCK!)!.baseAddress)}, 1 initializers\n`);
    expect(output).toContain('counter: reads 24000000 Hz\nnothing: reads 0 units\nSampleClock: started');
    expect(output.match(/launchd: ok: /g)).toHaveLength(8);
  });

  it('is loaded with its chains as they are, and stops at one that is not for it', async () => {
    // Any pointer of the clock's vtable: the file has an offset from the collection's header and not an address.
    const index = new AddressIndex(collection);
    const location = index.named('__ZTV5Clock')[0]!.value + 16n;
    const segment = openKernel(images.collection).segments.find(
      ({ vmaddr, vmsize }) => location >= vmaddr && location < vmaddr + vmsize,
    )!;
    const raw = new DataView(segment.bytes.buffer, segment.bytes.byteOffset).getBigUint64(
      Number(location - segment.vmaddr),
      true,
    );
    expect(0xfffffe0007004000n + (raw & 0x3fffffffn)).toBe(collection.readPointer(location));

    const broken = unsigned(bytes);
    const place = Number(location - segment.vmaddr) + segment.bytes.byteOffset - bytes.byteOffset;
    expect(new DataView(broken.buffer).getBigUint64(place, true)).toBe(raw);
    new DataView(broken.buffer).setBigUint64(place, raw | (1n << 30n), true);
    let output = '';
    const { reason } = await boot('sample', {
      kernel: broken,
      timeout: 60,
      output: part => void (output += new TextDecoder().decode(part)),
    });
    expect(reason).toBe('reset');
    expect(output).toContain('panic(cpu 0): chained fixups: a pointer into another collection');
  });
});
