/** Counts what `new Uint8Array(size)` asks for while it is watched. */
export class AllocationWatch {
  bytes = 0;
  private readonly original = globalThis.Uint8Array;
  start(): void {
    const watch = this;
    globalThis.Uint8Array = new Proxy(this.original, {
      construct(target, args, newTarget) {
        if (typeof args[0] === 'number') watch.bytes += args[0];
        return Reflect.construct(target, args, newTarget === globalThis.Uint8Array ? target : newTarget);
      },
    });
  }
  stop(): void {
    globalThis.Uint8Array = this.original;
  }
}
