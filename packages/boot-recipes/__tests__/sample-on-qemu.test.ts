// The sample kernel and our loader against an independent machine: QEMU's virt, with a device tree that says so.
import { openTree } from 'apple-devicetree';
import { describe, expect, it } from 'vitest';
import { sampleImages } from '../src/recipes/sample-images.js';
import { openKernel } from '../src/xnu/kernel.js';
import { unwrapPayload } from '../src/xnu/payload.js';
import { planXnu, type XnuInputs } from '../src/xnu/plan.js';
import { entryStub } from '../src/xnu/stub.js';
import { available, qemu } from './support/qemu.js';

/** The sample's tree, changed to describe QEMU's virt machine with a GICv3. */
function virtTree(): Uint8Array {
  const tree = openTree(unwrapPayload(sampleImages().deviceTree, 'device tree', ['dtre']));
  const armIo = tree.node('/arm-io');
  armIo.setU64('ranges', 0, 0x08000000, 0x10000000);
  const uart = armIo.node('uart0');
  uart.setString('compatible', 'arm,pl011');
  uart.setU64('reg', 0x1000000, 0x1000);
  armIo.node('aic').remove();
  const gic = armIo.addNode('gic');
  gic.setString('compatible', 'arm,gic-v3');
  gic.setU64('reg', 0, 0x10000, 0xa0000, 0x20000);
  return tree.serialize();
}

const inputs = (changes: Partial<XnuInputs> = {}): XnuInputs => {
  const images = sampleImages();
  return {
    kernel: openKernel(images.kernel),
    deviceTree: virtTree(),
    ramDisk: unwrapPayload(images.ramDisk, 'RAM disk', ['rdsk']),
    commandLine: 'serial=3 rd=md0',
    commandLineSize: 608,
    physBase: 0x40000000n,
    memSize: 0x10000000n,
    randomSeed: new Uint8Array(64).fill(7),
    timebase: 62_500_000,
    ...changes,
  };
};

async function run(changes: Partial<XnuInputs> = {}): Promise<string> {
  const plan = planXnu(inputs(changes));
  // QEMU has its own device tree in the first megabyte of RAM.
  const stub = 0x40200000n;
  const { output } = await qemu(
    [
      '-M',
      'virt,gic-version=3',
      '-cpu',
      'max',
      '-m',
      String(plan.memSize >> 20n),
      '-device',
      `loader,addr=0x${stub.toString(16)},cpu-num=0`,
    ],
    [
      ...plan.contents
        .filter(({ bytes }) => bytes.length > 0)
        .map(({ region, bytes }) => ({ address: region.physical, bytes })),
      { address: stub, bytes: entryStub(plan.bootArgs.physical, plan.entry) },
    ],
    {},
    [],
    20,
  );
  return output;
}

describe.skipIf(!available('qemu-system-aarch64'))('sample kernel on QEMU', () => {
  it('boots to its first program, which finds everything in order, and halts', async () => {
    const output = await run();
    expect(output).toMatch(/memSize 0x10000000 \(256 MiB\)/);
    expect(output).toMatch(/timer: 5 ticks by FIQ in 50 ms/);
    expect(output).toMatch(/Hello from EL0: \/sbin\/launchd, pid 1/);
    expect(output.match(/launchd: ok: /g)).toHaveLength(8);
    expect(output).not.toContain('FAILED');
    expect(output).toMatch(/halting\s*$/);
  });

  it('panics with a backtrace when a kernel page is not mapped', async () => {
    const output = await run({ commandLine: 'panic=2' });
    expect(output).toMatch(/panic\(cpu 0\): kernel: exception class 0x25/);
    expect(output).toMatch(/far 0xfffffe7fdeadbee0\s+Backtrace:\s+lr: 0xfffffe00070/);
  });

  it('says what is missing without a RAM disk', async () => {
    expect(await run({ ramDisk: undefined })).toContain('panic(cpu 0): no RAM disk');
  });
});
