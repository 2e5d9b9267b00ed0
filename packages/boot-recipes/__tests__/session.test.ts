// The run loop, on a machine that is a script: what happens at each call of run.
import { describe, expect, it } from 'vitest';
import type { GuestMachine } from '../src/machines/guest.js';
import { BootSession, type RunOptions } from '../src/session.js';

type Stop = Awaited<ReturnType<GuestMachine['run']>>;
type Limits = NonNullable<Parameters<GuestMachine['run']>[0]>;
const MS = 1_000_000n;

/** Each step of a fake machine is one stretch of execution; `idle` lets the time go to the next event. */
class FakeMachine implements GuestMachine {
  readonly serial = {
    output: undefined as ((byte: number) => void) | undefined,
    receive: (bytes: Uint8Array): void => {
      this.typed += new TextDecoder().decode(bytes);
    },
  };
  typed = '';
  executed = 0;
  private ns = 0n;
  private events: { at: bigint; fn: () => void }[] = [];
  private stopping = false;
  private wakeUp: (() => void) | undefined;
  readonly time = {
    now: (): bigint => this.ns,
    schedule: (at: bigint, fn: () => void) => {
      const event = { at, fn };
      this.events.push(event);
      return { cancel: () => void (this.events = this.events.filter(e => e !== event)) };
    },
  };

  constructor(private readonly step: (machine: FakeMachine) => Stop | 'ran') {}
  print(text: string): void {
    for (const byte of new TextEncoder().encode(text)) this.serial.output?.(byte);
  }
  pass(time: bigint): void {
    this.ns += time;
    const due = this.events.filter(event => event.at <= this.ns);
    this.events = this.events.filter(event => event.at > this.ns);
    for (const { fn } of due) fn();
  }
  private once(limits: Limits): Stop | 'ran' {
    if (this.stopping) {
      this.stopping = false;
      return 'stopped';
    }
    if (performance.now() >= (limits.deadline ?? Number.POSITIVE_INFINITY)) return 'deadline';
    limits.until?.();
    this.executed += 1000;
    const stop = this.step(this);
    if (stop === 'ran') this.pass(MS);
    return stop;
  }
  runSync(limits: Limits = {}): Stop {
    for (let i = 0; i < 100; i++) {
      const stop = this.once(limits);
      if (stop === 'idle' && this.events.length > 0) this.pass(this.events[0]!.at - this.ns);
      else if (stop !== 'ran') return stop;
    }
    return 'instructions';
  }
  async run(limits: Limits = {}): Promise<Stop> {
    for (;;) {
      const stop = this.once(limits);
      if (stop === 'idle')
        await new Promise<void>(resolve => {
          this.wakeUp = resolve;
        });
      else if (stop !== 'ran') return stop;
    }
  }
  stop(): void {
    this.stopping = true;
    this.wake();
  }
  wake(): void {
    this.wakeUp?.();
  }
  pc = (): bigint => 0x1234n;
}

const session = (machine: GuestMachine, options?: RunOptions): BootSession =>
  new BootSession({ machine, plan: {}, planText: '' }, options);

describe('boot session', () => {
  it.each([
    ['poweroff', 'power-off'],
    ['reset', 'reset'],
    ['idle', 'halted'],
  ] as const)('ends with the guest: %s', async (stop, reason) => {
    const result = await session(new FakeMachine(() => stop)).run();
    expect(result).toMatchObject({ reason, pc: 0x1234n, guestSeconds: 0, instructions: 1000 });
  });

  it('passes output on, and ends when the pattern is there', async () => {
    let calls = 0;
    let seen = '';
    const machine = new FakeMachine(m => {
      m.print(['Hello ', 'from ', 'EL0\r\n', 'more'][calls++] ?? '');
      return 'ran';
    });
    const result = await session(machine, {
      until: /from EL0$/m,
      output: bytes => {
        seen += new TextDecoder().decode(bytes);
      },
    }).run();
    expect([result.reason, seen]).toEqual(['until', 'Hello from EL0\r\n']);
  });

  it('shows what the guest prints last', async () => {
    let seen = '';
    const machine = new FakeMachine(m => {
      m.print('Power down');
      return 'poweroff';
    });
    await session(machine, { output: bytes => void (seen += new TextDecoder().decode(bytes)) }).run();
    expect(seen).toBe('Power down');
  });

  it('types at a prompt of a guest that waits without a timer, and says when it waits for ever', async () => {
    let printed = false;
    const machine = new FakeMachine(m => {
      if (!printed) m.print('login: ');
      printed = true;
      return 'idle';
    });
    const result = await session(machine, { send: ['root'] }).run();
    expect([result.reason, machine.typed]).toEqual(['halted', 'root\r']);
    expect(result.guestSeconds).toBeCloseTo(0.05, 2);
  });

  it('types while input may come, too', async () => {
    let printed = false;
    const machine = new FakeMachine(m => {
      if (m.typed !== '') return 'poweroff';
      if (!printed) m.print('$ ');
      printed = true;
      return 'ran';
    });
    const running = session(machine, { send: ['halt'] });
    running.inputOpen = true;
    expect((await running.run()).reason).toBe('power-off');
    expect(machine.typed).toBe('halt\r');
  });

  it('waits for input while there may be some', async () => {
    const machine = new FakeMachine(m => (m.typed === '' ? 'idle' : 'poweroff'));
    const running = session(machine);
    running.inputOpen = true;
    const done = running.run();
    setTimeout(() => running.type(new TextEncoder().encode('x')), 30);
    const result = await done;
    expect(result.reason).toBe('power-off');
    expect(result.seconds).toBeGreaterThan(0.02);
  });

  it('ends as halted when the input ends', async () => {
    const running = session(new FakeMachine(() => 'idle'));
    running.inputOpen = true;
    setTimeout(() => running.closeInput(), 20);
    expect((await running.run()).reason).toBe('halted');
  });

  it.each<[string, (running: BootSession, abort: AbortController) => void]>([
    ['stop', running => running.stop()],
    ['an aborted signal', (_, abort) => abort.abort()],
  ])('ends by %s', async (_, act) => {
    const abort = new AbortController();
    const running = session(new FakeMachine(() => 'ran'), { signal: abort.signal });
    setTimeout(() => act(running, abort), 20);
    expect((await running.run()).reason).toBe('stopped');
  });

  it('ends by timeout, reporting progress meanwhile', async () => {
    const reports: number[] = [];
    const options = { timeout: 0.6, progress: (instructions: number) => reports.push(instructions) };
    const result = await session(new FakeMachine(() => 'ran'), options).run();
    expect(result.reason).toBe('timeout');
    expect(result.seconds).toBeGreaterThanOrEqual(0.6);
    expect(reports.length).toBeGreaterThan(0);
  });
});
