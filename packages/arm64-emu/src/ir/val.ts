/** What all typed values share. */
import type { Node } from './node.js';

/** Any typed value. */
export abstract class Val {
  constructor(readonly node: Node) {}
}
