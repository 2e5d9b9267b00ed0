/** What lines of a kernel's log prove, in the order in which they come. */
const MILESTONES: readonly (readonly [pattern: RegExp, proves: string])[] = [
  [/kprintf initialized|^boot_args: revision/m, 'console, device tree and boot_args'],
  [/Serial mode specified|initialize_screen|No video - forcing serial mode/, 'console and command line'],
  [
    /pe_arm_init_interrupts|pe_arm_map_interrupt_controller|failed to find the timer|^interrupts: /m,
    'interrupt controller',
  ],
  [/Darwin Kernel Version \d|^memory: \d+ pages free/m, 'page tables'],
  [/vm_page_bootstrap|pmap_startup\(\)/, 'virtual memory'],
  [/^timer: \d+ ticks/m, 'timer'],
  [/No external trust cache found|external trust cache modules available/, 'trust cache'],
  [
    /iBoot version:|Darwin Image4 Validator|AMFI: |Security policy loaded|MAC Framework successfully/,
    'IOKit and security policies',
  ],
  [/bsd_init: /, 'BSD'],
  [/Added memory device md0/, 'RAM disk'],
  [/BSD root: /, 'root device'],
  [/hfs: mounted|apfs.*mounted/i, 'root file system'],
  [/^kext collection at|kext \S+ \S+ at 0x/m, 'kexts'],
  [/load_init_program: attempting/, 'exec of the first program'],
  [/^Hello from EL0|launchd\[1\]|^launchd: /m, 'first program'],
];

/** How far a kernel came, by what it printed: the last milestone, and the one after it. */
export function reached(output: string): string {
  const last = MILESTONES.findLastIndex(([pattern]) => pattern.test(output));
  if (last < 0) return 'start-up, before the console';
  const next = MILESTONES[last + 1];
  return `after: ${MILESTONES[last]![1]}${next === undefined ? '' : `; next: ${next[1]}`}`;
}
