// Runs in the browser: machines in workers, and what became of them sent to the server. See ../browser.test.ts.
import { RemoteMachine } from 'arm64-emu/worker';
import type { Wanted } from './machine.js';

const violations: string[] = [];
document.addEventListener('securitypolicyviolation', event => violations.push(event.violatedDirective));

async function make(wanted: Wanted): Promise<{ machine: RemoteMachine; text: () => string; end: () => void }> {
  const worker = new Worker('/machine.js', { type: 'module' });
  const failed = new Promise<never>((_, reject) => {
    worker.onerror = event => reject(new Error(`worker: ${event.message}`));
  });
  const machine = await Promise.race([RemoteMachine.create(worker, wanted), failed]);
  let text = '';
  const decoder = new TextDecoder();
  machine.onSerial = (_, bytes) => {
    text += decoder.decode(bytes, { stream: true });
  };
  return { machine, text: () => text, end: () => worker.terminate() };
}

/** The sample's whole boot. */
async function sample(): Promise<object> {
  const { machine, text, end } = await make({ recipe: 'sample', options: { append: '-v', mode: 'auto' } });
  const port = await machine.gdb();
  const stopped = await new Promise<string>(resolve => {
    port.onmessage = ({ data }) => {
      const packet = new TextDecoder().decode(data as Uint8Array);
      if (packet.includes('$')) resolve(packet.replace('+', ''));
    };
    port.postMessage(new TextEncoder().encode('$?#3f'));
  });
  await new Promise<void>(resolve => {
    port.onmessage = ({ data }) => {
      if (data === null) resolve();
    };
    port.postMessage(null);
  });
  const { reason, executed } = await machine.run();
  const result = { reason, executed, text: text(), hash: await machine.stateHash(), stopped };
  end();
  return result;
}

/** The rest of a boot that began elsewhere. */
async function rest(plan: { options: Wanted['options']; instructions: number }): Promise<object> {
  const { machine, text, end } = await make({ options: plan.options });
  const snapshot = new Uint8Array(await (await fetch('/snapshot')).arrayBuffer());
  await machine.restore(snapshot, { transfer: true });
  const { reason, executed } = await machine.run({ instructions: plan.instructions });
  const result = { reason, executed, text: text(), hash: await machine.stateHash(), given: snapshot.length };
  end();
  return result;
}

async function run(): Promise<object> {
  const plan = await fetch('/plan');
  const { crossOriginIsolated: isolated } = globalThis;
  return { isolated, sample: await sample(), rest: plan.ok ? await rest(await plan.json()) : null, violations };
}

run()
  .catch((error: unknown) => ({ error: error instanceof Error ? `${error.message} ${error.stack}` : String(error) }))
  .then(result => fetch('/', { method: 'POST', body: JSON.stringify(result) }));
