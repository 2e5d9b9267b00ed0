/** A machine in a worker, and the page's end of it. @packageDocumentation */
export { type RemoteCheckpoint, RemoteMachine, type RemoteRecorder, type RemoteReplay } from './worker/client.js';
export { RemoteError } from './worker/error.js';
export { type HostedMachine, type HostOptions, serveGdbPort, serveMachine } from './worker/host.js';
export type { Endpoint, Frame, RemoteAddress, RemoteRun, RemoteStop, SentError } from './worker/protocol.js';
