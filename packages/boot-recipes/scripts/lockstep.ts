/**
 * Debian's kernel here and under qemu-system-aarch64, from the first instruction on, in lockstep: every exception with its
 * syndrome and addresses, every return from one, and all registers at every vector and at the entry of many functions.
 * QEMU counts instructions as time (`-icount`), so that both clocks, and with them all interrupts, agree to the
 * instruction.
 *
 *   npx tsx packages/boot-recipes/scripts/lockstep.ts [--command TEXT] [--functions N] [--instructions N] [--mode MODE]
 *                                                     [--cpu MODEL] [--kernel FILE --initrd FILE] [--seed S]
 *
 * MODEL is QEMU's, with options: `--cpu max,sve=off,sme=off,pauth=off` (the hash of pointers is each one's own).
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  CPU_MODELS,
  type CpuModel,
  createVirt,
  type EngineMode,
  type FirmwareCall,
  Hooks,
  type VirtMachine,
  withFeatures,
} from 'arm64-emu';
import { placeLinux, readLinuxImage } from '../src/loaders/linux-image.js';
import { linux } from '../src/recipes/linux.js';
import { here, type Seen } from './lockstep/here.js';
import { type Part, qemuIdRegisters, withQemu } from './lockstep/qemu.js';
import type { QemuLog } from './lockstep/qemu-log.js';
import { qemuRandom } from './lockstep/random.js';

const { values: args } = parseArgs({
  options: {
    command: { type: 'string', default: 'echo lockstep; poweroff -f' },
    functions: { type: 'string', default: '400' },
    instructions: { type: 'string', default: '4e9' },
    mode: { type: 'string', default: 'interpreter' },
    cpu: { type: 'string', default: 'cortex-a72' },
    kernel: { type: 'string' },
    initrd: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const MEMORY = 512;
/** Where the code that sets X0 is. */
const STUB = 0x4010_0000;
/** Where the kernel maps itself without KASLR: 48-bit addresses, Linux 6.1. */
const KERNEL_VA = 0xffff_8000_0800_0000n;
/** A function that is entered more often is no longer looked at. */
const BUSY = 500;
/** Instructions of the boot in which functions are looked for. */
const SURVEY = 5e8;

const file = (option: 'kernel' | 'initrd'): Uint8Array =>
  new Uint8Array(readFileSync(args[option] ?? linux.inputs.find(i => i.option === option)!.debian!.paths[0]!));

/** What both machines have in memory. */
function parts(): Part[] {
  const { ram, deviceTree } = machine();
  const initrd = file('initrd');
  const placed = placeLinux({ image: readLinuxImage(file('kernel')), ram, initrd, dtbSize: 0x10_0000 });
  const bootargs = `console=ttyAMA0 nokaslr rdinit=/bin/sh -- -c "${args.command}"`;
  const disk = placed.initrd!;
  const range = { start: disk.address, end: disk.address + disk.size };
  const words: number[] = [];
  const set = (register: number, value: number): void => {
    words.push(0xd280_0000 | ((value & 0xffff) << 5) | register); // movz
    words.push(0xf2a0_0000 | ((value >>> 16) << 5) | register); // movk, lsl #16
  };
  set(0, placed.dtb);
  set(4, placed.entry);
  words.push(0xd61f_0080); // br x4
  return [
    placed.kernel,
    disk,
    { address: placed.dtb, bytes: deviceTree({ bootargs, initrd: range }) },
    { address: STUB, bytes: new Uint8Array(Uint32Array.from(words).buffer) },
  ];
}

/** Named ID registers: op2 of CRm 1 to 7. The model's own names. */
const ID_NAMES: readonly (readonly string[])[] = [
  ['ID_PFR0', 'ID_PFR1', 'ID_DFR0', 'ID_AFR0', 'ID_MMFR0', 'ID_MMFR1', 'ID_MMFR2', 'ID_MMFR3'],
  ['ID_ISAR0', 'ID_ISAR1', 'ID_ISAR2', 'ID_ISAR3', 'ID_ISAR4', 'ID_ISAR5', 'ID_MMFR4', 'ID_ISAR6'],
  ['MVFR0', 'MVFR1', 'MVFR2', '', 'ID_PFR2', 'ID_DFR1', 'ID_MMFR5'],
  ['ID_AA64PFR0', 'ID_AA64PFR1'],
  ['ID_AA64DFR0', 'ID_AA64DFR1', '', '', 'ID_AA64AFR0', 'ID_AA64AFR1'],
  ['ID_AA64ISAR0', 'ID_AA64ISAR1', 'ID_AA64ISAR2'],
  ['ID_AA64MMFR0', 'ID_AA64MMFR1', 'ID_AA64MMFR2'],
];

/** Our model with the identification of QEMU's, AArch32 and all: what the kernel only reports does not matter here. */
async function model(): Promise<CpuModel> {
  const cpu = CPU_MODELS[args.cpu.replace(/,.*/, '')];
  if (cpu === undefined) throw new Error(`no CPU model ${args.cpu}`);
  const theirs = await qemuIdRegisters(args.cpu);
  const idRegisters = new Map<string, bigint>();
  ID_NAMES.forEach((row, i) => {
    row.forEach((name, op2) => {
      const value = theirs.get((i + 1) * 8 + op2) ?? 0n;
      if (name !== '') idRegisters.set(name, value);
      const own = cpu.idRegisters.get(name) ?? 0n;
      if (own !== value && name.includes('AA64'))
        console.error(`${name}: 0x${own.toString(16)}, QEMU 0x${value.toString(16)}`);
    });
  });
  // QEMU's cores record errors; here there are none to record.
  return { ...withFeatures(cpu, ['RAS', 'IESB']), idRegisters };
}
const cpu = await model();

const PSCI_FEATURES = 0x8400_000an;
const SYSTEM_RESET2 = 0xc400_0012n;

/** QEMU 7.2 has no SYSTEM_RESET2, and says so. */
const hidden: FirmwareCall = cpu => {
  if (cpu.x(0) !== PSCI_FEATURES || cpu.x(1) !== SYSTEM_RESET2) return false;
  cpu.setX(0, BigInt.asUintN(64, -1n));
  return true;
};

function machine(): VirtMachine {
  const virt = createVirt({
    memory: MEMORY << 20,
    cpu,
    mode: args.mode as EngineMode,
    nsPerInstruction: 1,
    firmware: [hidden],
  });
  const { port, model } = virt.machine.cpus[0]!;
  port.random = qemuRandom(Number(args.seed));
  // The board's features have announced themselves, and the model's own with them.
  for (const [name, value] of cpu.idRegisters) (model.idRegisters as Map<string, bigint>).set(name, value);
  return virt;
}

function loaded(list: readonly Part[]): VirtMachine {
  const virt = machine();
  for (const { address, bytes } of list) virt.load(address, bytes);
  virt.machine.start(BigInt(STUB));
  return virt;
}

/** Entries of functions, by the calls in the kernel's code. */
function functions(kernel: Uint8Array): bigint[] {
  const view = new DataView(kernel.buffer, kernel.byteOffset, kernel.length & ~3);
  const found = new Set<number>();
  for (let at = 0; at < view.byteLength; at += 4) {
    const word = view.getUint32(at, true);
    if (word >>> 26 !== 0x25) continue;
    const target = at + ((word << 6) >> 4);
    // Code comes before data; a call that leads far away is data.
    if (target > 0 && target < view.byteLength && Math.abs(target - at) < 1 << 24) found.add(target);
  }
  return [...found].map(offset => KERNEL_VA + BigInt(offset));
}

/** Where to compare registers: all vectors that are used, and some functions that are. */
async function places(list: readonly Part[], kernel: Uint8Array): Promise<bigint[]> {
  const virt = loaded(list);
  const hooks = Hooks.of(virt);
  const vectors = new Set<bigint>();
  hooks.systemRegister('VBAR_EL1', (_, { write, value }) => {
    if (write && value !== undefined) vectors.add(value);
  });
  let state = Number(args.seed) >>> 0 || 1;
  const random = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const all = functions(kernel);
  const hits = new Map<bigint, number>();
  const busy = new Set<bigint>();
  for (let n = 0; n < 12 * Number(args.functions) && all.length > 0; n++) {
    const [entry] = all.splice(random(all.length), 1);
    const remove = hooks.code({ from: entry!, to: entry! + 4n }, () => {
      const count = (hits.get(entry!) ?? 0) + 1;
      hits.set(entry!, count);
      if (count <= BUSY) return;
      busy.add(entry!);
      remove();
    });
  }
  const reason = await virt.machine.run({ instructions: Math.min(SURVEY, Number(args.instructions)) });
  const chosen = [...hits.keys()].filter(entry => !busy.has(entry)).slice(0, Number(args.functions));
  console.error(
    `alone: ${reason} after ${virt.machine.executed} instructions, ${vectors.size} sets of vectors, ${chosen.length} functions`,
  );
  const offsets = Array.from({ length: 16 }, (_, n) => BigInt(n * 0x80));
  return [...chosen, ...[...vectors].flatMap(base => offsets.map(offset => base + offset))];
}

async function main(): Promise<number> {
  const list = parts();
  const at = await places(list, list[0]!.bytes);
  const options = { cpu: args.cpu, memory: MEMORY, entry: STUB, at, seed: Number(args.seed) };
  return await withQemu(list, options, log => compare(loaded(list), at, log));
}

/** PSTATE.BTYPE is gone here as soon as a branch is allowed, in QEMU when its target has been executed. */
function comparable(event: string | undefined): string | undefined {
  const pstate = (_: string, digits: string): string =>
    `PSTATE=${((Number.parseInt(digits, 16) & ~0xc00) >>> 0).toString(16).padStart(8, '0')}`;
  return event?.replace(/PSTATE=([0-9a-f]{8})/, pstate).replace(/BTYPE=\d/, 'BTYPE=0');
}

async function compare(virt: VirtMachine, at: readonly bigint[], log: QemuLog): Promise<number> {
  const seen: Seen[] = here(virt, at);
  const counts: Record<string, number> = {};
  let last: string[] = [];
  for (;;) {
    const reason = await virt.machine.run({ instructions: 1_000_000 });
    for (const ours of seen) {
      const theirs = comparable(await log.next());
      if (theirs !== ours.text) {
        console.log(`different at instruction ${ours.executed}, after:\n${last.join('\n')}`);
        console.log(`here ${ours.text}\nQEMU ${theirs ?? 'ended'}`);
        return 1;
      }
      const kind = ours.text.slice(0, ours.text.indexOf(' '));
      counts[kind] = (counts[kind] ?? 0) + 1;
      last = [...last.slice(-4), ours.text.slice(0, 200)];
    }
    seen.length = 0;
    if (reason === 'instructions' && virt.machine.executed < Number(args.instructions)) continue;
    const what = Object.entries(counts).map(([kind, n]) => `${n} ${kind}`);
    console.log(`${virt.machine.executed} instructions agree, ${reason}: ${what.join(', ')}`);
    return 0;
  }
}
process.exitCode = await main();
