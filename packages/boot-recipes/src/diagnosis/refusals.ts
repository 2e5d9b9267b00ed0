import { isBinaryError } from '@internal/binary';
import type { Diagnosis } from './diagnose.js';

/** Why a file or option is refused before anything runs. */
interface Refusal {
  /** What the error's name, code and path look like, with spaces between. */
  readonly pattern: RegExp;
  readonly topic: Diagnosis['topic'];
  readonly place: string;
  readonly cause: string;
  readonly try: string;
}

/** The first that matches explains the error. */
const REFUSALS: readonly Refusal[] = [
  {
    pattern: /^BootError bad-digest kernel/,
    topic: 'kernel',
    place: 'loading the collection: page hashes of its code signature',
    cause: 'the file was damaged, or changed without being signed again',
    try: 'take the original; changes belong into --patch, which is applied after this check',
  },
  {
    pattern: /^BootError bad-digest .*tree-digest/,
    topic: 'device tree',
    place: 'device tree: its own digest',
    cause: 'the tree was damaged, or changed without its digest',
    try: 'take the original; changes belong into --dt-edit, which is applied after this check',
  },
  {
    pattern: /^BootError (unsupported|truncated|bad-value) TrustCache/,
    topic: 'trust cache',
    place: 'trust cache: version, length and order of the module, on which kernels panic',
    cause: 'the module is damaged, or in a form that no kernel takes',
    try: 'take the one that belongs to the RAM disk, or make one: boot-recipes make-trustcache',
  },
  {
    pattern: /^BootError bad-value (trust-cache|devicetree|initrd|kernel)/,
    topic: 'kernel',
    place: 'IM4P: the four characters of its type',
    cause: 'the container holds another component than this option takes',
    try: 'look at it with img4 info, and give it by its own option',
  },
  {
    pattern: /^BootError placement/,
    topic: 'memory',
    place: 'placement: kernel, RAM disk, device tree and boot_args between physBase and the end of memory',
    cause: 'something does not fit where the boot protocol wants it',
    try: 'give more with --memory, or a smaller RAM disk or slide',
  },
  {
    pattern: /^BootError bad-value \//,
    topic: 'device tree',
    place: 'device tree: nodes that XNU cannot start without',
    cause: 'the tree lacks a node, or its name is damaged',
    try: 'check it with adt validate',
  },
  {
    pattern: /^BootError not-a-kernel/,
    topic: 'kernel',
    place: 'loading the kernel: Mach-O header',
    cause: 'the file is no Mach-O for arm64, nor an IM4P with one',
    try: 'look at it with img4 info and kc info',
  },
  {
    pattern: /^DeviceTreeError/,
    topic: 'device tree',
    place: 'device tree walk: counts, names and lengths of nodes and properties',
    cause: 'the tree is damaged there',
    try: 'take the original; adt print shows what a sound one has there',
  },
  {
    pattern: /^Img4Error/,
    topic: 'kernel',
    place: 'IM4P: container or compressed payload',
    cause: 'the container or its compressed payload is damaged there, or it is encrypted',
    try: 'take the original; img4 info shows what can be read of it',
  },
  {
    pattern: /^MachOError/,
    topic: 'kernel',
    place: 'loading the kernel: header, load commands, signature',
    cause: 'the file is damaged there',
    try: 'take the original; kc info says what the file is made of',
  },
];

/** Explains why a boot was refused; undefined for what needs no explanation, such as a missing file. */
export function explainRefusal(error: unknown): Diagnosis | undefined {
  if (!isBinaryError(error)) return undefined;
  const subject = `${error.name} ${error.code} ${error.path}`;
  const found = REFUSALS.find(({ pattern }) => pattern.test(subject));
  if (found === undefined) return undefined;
  const { topic, place, cause } = found;
  return { id: error.code, topic, seen: error.message, place, cause, try: found.try, backtrace: [] };
}
