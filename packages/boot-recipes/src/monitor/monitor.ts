import { GuestMemory, restoreSnapshot, saveSnapshot } from 'arm64-emu';
import { encodePng } from '../png.js';
import type { PreparedBoot } from '../recipes/recipe.js';
import type { BootSession } from '../session.js';
import { infoCpus, infoIrq, infoMtree, infoRegisters } from './info.js';
import { examine, parseFormat } from './memory.js';
import { explain, infoTlb } from './tables.js';
import { hex, type MonitorCpu, MonitorError, type MonitorTarget, number } from './target.js';

/** Where files of commands are read and written. */
export interface MonitorFiles {
  read(path: string): Promise<Uint8Array>;
  write(path: string, bytes: Uint8Array): Promise<void>;
}

/** Someone at the monitor: commands go in, texts come out. */
interface Command {
  readonly usage: string;
  readonly help: string;
  run(monitor: Monitor, argument: readonly string[], format: string): string | Promise<string>;
}

const LIMIT = 1_000_000;
const MOST_SAVED = 1 << 30;

const file = (name: string | undefined): string => {
  if (name === undefined) throw new MonitorError('a file name is missing');
  return name;
};

async function save(monitor: Monitor, [address, size, name]: readonly string[], physical: boolean): Promise<string> {
  const [at, length] = [number(address, 'address'), Number(number(size, 'size'))];
  if (length > MOST_SAVED) throw new MonitorError(`at most ${MOST_SAVED} bytes`);
  const memory = new GuestMemory(monitor.target);
  const bytes = physical ? memory.readPhysical(Number(at), length) : monitor.cpu(cpu => memory.read(cpu, at, length));
  await monitor.files.write(file(name), bytes);
  return `${length} bytes`;
}

const INFO: Readonly<Record<string, (monitor: Monitor, argument: string | undefined) => string>> = {
  cpus: monitor => infoCpus(monitor.target, monitor.selected),
  irq: monitor => infoIrq(monitor.target),
  mtree: monitor => infoMtree(monitor.target),
  registers: monitor => monitor.cpu(infoRegisters),
  status: monitor =>
    `VM status: ${monitor.held ? 'paused' : 'running'}, ${monitor.target.machine.executed} instructions, ${monitor.target.machine.time.now()} ns`,
  tlb: (monitor, argument) =>
    monitor.cpu(cpu =>
      argument === undefined ? infoTlb(monitor.target, cpu) : explain(cpu, number(argument, 'address')),
    ),
};

const COMMANDS: Readonly<Record<string, Command>> = {
  help: {
    usage: 'help',
    help: 'this list',
    run: () =>
      Object.values(COMMANDS)
        .map(({ usage, help }) => `${usage.padEnd(26)} ${help}`)
        .join('\n'),
  },
  info: {
    usage: `info ${Object.keys(INFO).join('|')}`,
    help: 'shows state; info tlb ADDRESS explains one translation',
    run: (monitor, [what = '', argument]) => {
      const show = Object.hasOwn(INFO, what) ? INFO[what] : undefined;
      if (show === undefined) throw new MonitorError(`info ${what}: there are ${Object.keys(INFO).join(', ')}`);
      return show(monitor, argument);
    },
  },
  x: {
    usage: 'x/FORMAT ADDRESS',
    help: 'memory by virtual address, as in GDB: x/8xg, x/10i, x/s',
    run: (monitor, [address], format) =>
      monitor.cpu(cpu => examine(monitor.target, cpu, parseFormat(format), address, false)),
  },
  xp: {
    usage: 'xp/FORMAT ADDRESS',
    help: 'memory by physical address',
    run: (monitor, [address], format) =>
      monitor.cpu(cpu => examine(monitor.target, cpu, parseFormat(format), address, true)),
  },
  gva2gpa: {
    usage: 'gva2gpa ADDRESS',
    help: 'physical address of a virtual one',
    run: (monitor, [address]) => monitor.cpu(cpu => explain(cpu, number(address, 'gva2gpa'))),
  },
  memsave: {
    usage: 'memsave ADDRESS SIZE FILE',
    help: 'writes memory by virtual address to a file',
    run: (monitor, argument) => save(monitor, argument, false),
  },
  pmemsave: {
    usage: 'pmemsave ADDRESS SIZE FILE',
    help: 'writes memory by physical address to a file',
    run: (monitor, argument) => save(monitor, argument, true),
  },
  cpu: {
    usage: 'cpu NUMBER',
    help: 'the CPU that registers and virtual addresses are of',
    run: (monitor, [index]) => {
      const n = Number(number(index, 'cpu'));
      if (monitor.target.machine.cpus[n] === undefined) throw new MonitorError(`there is no CPU #${n}`);
      monitor.selected = n;
      return '';
    },
  },
  stop: {
    usage: 'stop',
    help: 'holds the guest',
    run: monitor => {
      monitor.held = true;
      return '';
    },
  },
  cont: {
    usage: 'cont',
    help: 'lets the guest go on',
    run: monitor => {
      monitor.held = false;
      return '';
    },
  },
  step: {
    usage: 'step [COUNT]',
    help: 'executes instructions of the CPU and holds the guest',
    run: (monitor, [count]) => {
      const n = count === undefined ? 1 : Number(number(count, 'step'));
      if (n > LIMIT) throw new MonitorError(`at most ${LIMIT} at once`);
      monitor.held = true;
      for (let i = 0; i < n; i++) monitor.target.machine.step(monitor.selected);
      return monitor.cpu(cpu => examine(monitor.target, cpu, parseFormat('/1i'), hex(cpu.pc), false));
    },
  },
  savevm: {
    usage: 'savevm FILE',
    help: 'saves the machine as a snapshot',
    run: async (monitor, [name]) => {
      const bytes = await saveSnapshot(monitor.target);
      await monitor.files.write(file(name), bytes);
      return `${bytes.length} bytes`;
    },
  },
  loadvm: {
    usage: 'loadvm FILE',
    help: 'goes back to a snapshot of the same machine',
    run: async (monitor, [name]) => {
      await restoreSnapshot(monitor.target, await monitor.files.read(file(name)));
      return '';
    },
  },
  screendump: {
    usage: 'screendump FILE',
    help: 'writes what the framebuffer shows as a PNG file',
    run: async (monitor, [name]) => {
      const { screen } = monitor.prepared;
      if (screen === undefined) throw new MonitorError('there is no framebuffer: --video');
      await monitor.files.write(file(name), await encodePng(screen()));
      return '';
    },
  },
  quit: {
    usage: 'quit',
    help: 'ends the run',
    run: monitor => {
      monitor.held = false;
      monitor.session.stop();
      return '';
    },
  },
};

/** Short names. */
const ALIASES: Readonly<Record<string, string>> = {
  '?': 'help',
  c: 'cont',
  continue: 'cont',
  s: 'step',
  stepi: 'step',
  q: 'quit',
  snapshot: 'savevm',
};

/**
 * A machine monitor with the names of QEMU's: registers, memory, translation, interrupts, snapshots of a running boot. The
 * guest stands still while a command looks at it; `stop` holds it until `cont`.
 *
 * @example
 * ```ts
 * import { BootSession, Monitor, prepareBoot } from 'boot-recipes';
 *
 * const prepared = await prepareBoot('sample', {});
 * const session = new BootSession(prepared, { timeout: 60 });
 * const monitor = new Monitor(prepared, session);
 * const text = await monitor.execute('info mtree');
 * if (!text.includes('ram') || !text.includes('aic')) throw new Error(text);
 * ```
 */
export class Monitor {
  /** The CPU that registers and virtual addresses are of. */
  selected = 0;
  /** Whether the guest stays held after a command. */
  held = false;
  private work: Promise<unknown> = Promise.resolve();

  constructor(
    readonly prepared: PreparedBoot,
    readonly session: Pick<BootSession, 'pause' | 'resume' | 'stop'>,
    readonly files: MonitorFiles = {
      read: () => Promise.reject(new MonitorError('there are no files here')),
      write: () => Promise.reject(new MonitorError('there are no files here')),
    },
  ) {}

  /** The machine. */
  get target(): MonitorTarget {
    const { target } = this.prepared.machine;
    if (target === undefined) throw new MonitorError('this machine cannot be looked into');
    return target;
  }

  /** Calls `fn` with the state of the selected CPU in place. */
  cpu<T>(fn: (cpu: MonitorCpu) => T): T {
    return this.target.machine.within(this.selected, fn);
  }

  /** Executes a line; what it prints, without a line end. Errors are texts too. */
  execute(line: string): Promise<string> {
    const done = this.work.then(() => this.perform(line));
    this.work = done.catch(() => {});
    return done;
  }

  private async perform(line: string): Promise<string> {
    const [word = '', ...argument] = line.trim().split(/\s+/);
    if (word === '') return '';
    const [name = '', ...format] = word.split('/');
    const command = COMMANDS[ALIASES[name] ?? name];
    if (command === undefined || !Object.hasOwn(COMMANDS, ALIASES[name] ?? name))
      return `unknown command: '${name}'; help lists them`;
    await this.session.pause();
    try {
      return await command.run(this, argument, format.join('/'));
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      if (!this.held) this.session.resume();
    }
  }
}
