/** What an engine is made of, and how it executes. */
import type { Feature } from '../cpu/features.js';
import type { HandlerProfile } from '../interp/profile.js';
import type { RegionPolicy } from '../region/regions.js';
import type { CpuHost, FpRoutine, PhysicalIo } from './host.js';
import type { RegionSpec } from './physical-memory.js';

/**
 * How an engine executes: `interpreter`; `auto`, which compiles what runs often; or `compiled`, where everything is
 * compiled when it is first executed. Results are the same; `compiled` is for tests.
 */
export type EngineMode = 'interpreter' | 'auto' | 'compiled';

/** What an engine is made of. */
export interface EngineOptions {
  readonly memory: readonly RegionSpec[];
  readonly io: PhysicalIo;
  readonly fp: FpRoutine;
  /** Features that instructions may need; undefined for all. */
  readonly features?: ReadonlySet<Feature>;
  /**
   * Pages of guest code (4096 bytes) that stay decoded, at 16 KiB of memory each; 4096 by default. When there are more,
   * all are decoded anew.
   */
  readonly codePages?: number;
  /** `interpreter` by default. */
  readonly mode?: EngineMode | undefined;
  /** When `auto` compiles, and what either compiling mode keeps. */
  readonly compiler?: RegionPolicy | undefined;
  /** How the CPUs that will be attached reach system registers, for the handlers that are made at once. */
  readonly sysAccess?: CpuHost['sysAccess'];
  /** Handlers made at once; by default those of `interp/profile.ts`. */
  readonly profile?: HandlerProfile;
}
