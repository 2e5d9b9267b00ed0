/**
 * Writes the list of CPU models, system registers and system operations from the tables.
 *
 *   npx tsx packages/arm64-emu/scripts/system.ts
 */
import { writeFileSync } from 'node:fs';
import { CPU_MODELS } from '../src/cpu/models.js';
import { SYSTEM_OPERATIONS } from '../src/cpu/sysops.js';
import type { SysRegRow } from '../src/cpu/sysreg.js';
import { formatSysKey } from '../src/cpu/sysreg-key.js';
import { EL12_ALIASES, SYSTEM_REGISTERS } from '../src/cpu/sysreg-slots.js';
import { APPLE_REGISTERS } from '../src/cpu/sysregs-apple.js';
import { APPLE_M1_REGISTERS } from '../src/cpu/sysregs-apple-m1.js';
import { idDifferences } from './id-registers.js';

const NOBODY = 4;
const level = (el: number): string => (el === NOBODY ? '' : `EL${el}`);

/** What a register does with its value. */
function kind(r: SysRegRow): string {
  if (r.alias !== undefined) return `another name of ${r.alias}`;
  if (r.stored) return r.set || r.get || r.clears || r.mask !== undefined ? 'storage with effects' : 'storage';
  return r.get || r.set ? 'behaviour' : 'zero';
}

/** Numbered families (DBGBVR0 to DBGBVR15) take one line. */
function rows(list: readonly SysRegRow[]): string {
  const lines: string[] = [];
  const seen = new Map<string, SysRegRow[]>();
  for (const r of list) {
    if (r.name.includes('reserved')) continue;
    const family = r.name.replace(/(?<=^[A-Z]+)\d+(?=_EL\d$|$)/, 'n');
    const members = seen.get(family);
    if (members) members.push(r);
    else seen.set(family, [r]);
  }
  for (const members of seen.values()) {
    const [first] = members as [SysRegRow, ...SysRegRow[]];
    const last = members.at(-1)!;
    const several = members.length > 1;
    const name = several ? `${first.name} to ${last.name}` : first.name;
    const encoding = several ? `${formatSysKey(first.key)} to ${formatSysKey(last.key)}` : formatSysKey(first.key);
    const { read, write } = first.access;
    const needs = first.needs === undefined ? '' : `FEAT_${first.needs}`;
    lines.push(`| ${name} | ${encoding} | ${level(read)} | ${level(write)} | ${kind(first)} | ${needs} |`);
  }
  return lines.join('\n');
}

const HEAD = '| Name | Encoding | Read from | Written from | Kind | Needs |\n|---|---|---|---|---|---|';

const models = Object.values(CPU_MODELS).map(
  m => `| ${m.name} | 0x${m.midr.toString(16).padStart(8, '0')} | ${m.paBits} | ${[...m.features].sort().join(' ')} |`,
);

/** SVE's registers differ as a whole: a line for each is enough. */
const idRows = [
  ...new Set(
    idDifferences().map(d => {
      const whole = d.field === 'all';
      const [ours, theirs] = whole ? ['0', 'not 0'] : [d.ours.toString(), d.theirs.toString()];
      return `| ${d.model} | ${d.register}_EL1 | ${whole ? 'all' : d.field} | ${ours} | ${theirs} | ${d.reason} |`;
    }),
  ),
].join('\n');

const text = `# arm64-emu: CPUs and system registers

Made from the tables by \`packages/arm64-emu/scripts/system.ts\`.

## CPU models

A model is a list of features; the decoder's feature checks and the ID registers both follow from it. Only AArch64 exists.
\`cpuModel\` makes further ones.

| Model | MIDR_EL1 | Physical address bits | Features |
|---|---|---|---|
${models.join('\n')}

## Translation, exceptions, debug, time

- Stage 1 of the EL1&0 regime with 4K, 16K and 64K granules as the model has them: TxSZ, EPD, TBI and TBID, HPD, E0PD, A1,
  IPS, hierarchical permissions, AF and dirty state by hardware where the model has it, PAN, UAO, WXN, PXN and UXN, ASIDs.
  The contiguous hint is ignored. 52-bit addresses do not exist.
- EL2 where a machine has it (\`createVirt({ virtualization: true })\`): the EL2 and, with FEAT_VHE, the EL2&0 regime; stage 2
  with 4K, 16K and 64K granules, concatenated tables, AF and dirty state by hardware, FEAT_XNX, FEAT_S2FWB, and the syndrome
  of the access (ISS.ISV); routing of exceptions and interrupts by HCR_EL2, virtual interrupts by HCR_EL2 and by list
  registers of the GICv2 or GICv3; traps by HCR_EL2, CPTR_EL2, CNTHCTL_EL2 and MDCR_EL2; registers redirected by E2H and their _EL12
  and _EL02 names; the hypervisor's timers and CNTVOFF_EL2; the traps of FEAT_EVT. EL3 and nested virtualization do not exist.
  \`apple-m1\` has EL2 always, and cannot leave E2H.
- HVC and SMC reach firmware (PSCI 1.1) when the machine has it; with EL2, HVC is EL2's and firmware is behind SMC.
- SP is a multiple of 16 where it is the base of a load or store and SCTLR_ELx.SA (at EL0 SA0) is set, or the instruction
  raises an exception (EC 0x26), before it accesses memory and behind the traps of floating point.
- Memory copies and sets (FEAT_MOPS) are those of option A. They move a block at a time, 16 bytes (CPY, CPYF) or 64 (SET), the
  epilogue 8 or 1; behind each block the instruction may be interrupted, counts once more, and may be stepped. What is
  inconsistent raises an exception (EC 0x27); SCTLR_ELx.MSCEn and HCRX_EL2 (MSCEn, MCE2) are followed.
- Accesses to Device memory are aligned, or fault. Atomics, exclusives and ordered accesses may be misaligned within 16 bytes
  with FEAT_LSE2, ordered ones anywhere with SCTLR_ELx.nAA. PC never holds the tag of an address.
- Pointer authentication: FEAT_PAuth, FEAT_EPAC, FEAT_PAuth2, FEAT_FPAC and FEAT_FPACCOMBINE as a model's features say;
  codes by a keyed hash, by QARMA5 or QARMA3 (\`PACQARMA5\`, \`PACQARMA3\`), or empty (\`PACNone\`).
- Self-hosted debug: breakpoints, context breakpoints and links, watchpoints, software step, the OS lock.
- Performance monitors: an instruction takes a cycle; SW_INCR, INST_RETIRED, CPU_CYCLES and CHAIN are counted, at the levels
  that the filters (P, U, NSH) name. EL2 may keep counters (MDCR_EL2.HPMN, HPME, HLP) and stop the others (HPMD, HCCD).
- Virtual time advances by a fixed amount for each instruction and leaps while every CPU waits, or sleeps with the host.
  CPUs take turns on one host thread. With the same input a run is the same, instruction by instruction.

\`npm run -s fuzz:translation -- --tests N [--seed S]\` compares random page tables, translation controls, AT operations,
loads and their syndromes with qemu-system-aarch64: 40,000 tests of seed 100 show no difference. Left out: block descriptors
at levels that only larger address spaces have, which QEMU 7.2 takes, and the shareability of Device memory in PAR_EL1.

kvm-unit-tests for arm64 (revision 1da1819e, \`-cpu max\`, in the interpreter and in \`auto\`): selftest
(vectors at EL1 and EL0, SMP), gicv2 and gicv3 (IPIs, MMIO, active state), timer, psci, cache, fpu-context, debug (breakpoints,
watchpoints, software step) and pmu pass wherever they pass on QEMU 7.2; pmu-basic-event-count and the chained counters, which
it skips, pass too. pmu-event-introspection fails on both: it wants events of real cores. MTE and ITS tests are skipped.

A guest of our own at EL2 (\`__tests__/virt/guests/el2.S\`: identification, every kind of trap, stage 2 and its faults, timers,
virtual interrupts, TGE, FEAT_VHE) prints the same here and on QEMU 7.2, for \`max\` and \`cortex-a72\`. Debian's kernel boots at
EL2 with both, staying there with FEAT_VHE, and runs a virtual machine of its own under KVM, with GICv2 and with GICv3, with
the exits that QEMU has. Another guest (\`gicv2-virtual.S\`) drives GICv2's virtual interfaces and prints the same on both.
Where the guest keeps away from QEMU 7.2: it reports the level of stage 1 for stage 2 faults on table walks, gives ISS.ISV for
faults of EL2's own stage 1, lets EL2 use the _EL12 names without E2H, and does not check the alignment of Device memory.

## ID registers beside QEMU's

The fields in which \`max\` and \`cortex-a72\` with EL2 and GICv3 differ from QEMU 7.2's (\`-cpu max,pauth-impdef=on\`), from
\`scripts/id-registers.ts\`. The AArch32 ID registers read as zero.

| Model | Register | Field | Here | QEMU | Reason |
|---|---|---|---|---|---|
${idRows}

## System registers

An access from a lower level than the table says is UNDEFINED; EL0 may also be trapped, as SCTLR_EL1, CNTKCTL_EL1,
PMUSERENR_EL0 and MDSCR_EL1 say, and EL1 and EL0 as EL2's controls say. GICv3's ICC_* and ICH_* registers belong to the machine
that has one.

${HEAD}
${rows([...SYSTEM_REGISTERS, ...EL12_ALIASES])}

## System instructions

${HEAD}
${rows(SYSTEM_OPERATIONS)}

## Apple's registers

\`APPLE_REGISTERS\`, for machines that start kernels of the A12 generation.

${HEAD}
${rows(APPLE_REGISTERS)}

\`APPLE_M1_REGISTERS\` has these beside them, or in their place. Names and encodings are those of m1n1's \`cpu_regs.h\`, values
after reset those of Asahi Linux's documentation. The ID registers of \`apple-m1\` are those that VirtualBox reports of an M1.
With that model Debian's kernel boots on \`virt\`, at EL2.

${HEAD}
${rows(APPLE_M1_REGISTERS.filter(row => !APPLE_REGISTERS.includes(row)))}
`;
writeFileSync(new URL('../../../docs/guide/arm64-emu-system.md', import.meta.url), text);
