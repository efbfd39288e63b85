import { scriptUrl } from './script-path.ts';

/** The ways in which the misbehaving worker can go wrong. */
export type Misbehaviour = 'throw' | 'loop' | 'allocate' | 'exit' | 'exit with a portion';

/** The initial capital that asks for each. */
export const MISBEHAVIOUR: ReadonlyMap<Misbehaviour, number> = new Map([
  ['throw', 66_601],
  ['loop', 66_602],
  ['allocate', 66_603],
  ['exit', 66_604],
  ['exit with a portion', 66_605],
]);

/** A pool of two threads that misbehave when they are asked to, with little time and memory. */
export const MISBEHAVING_POOL = {
  workerUrl: scriptUrl('misbehaving-worker.ts'),
  taskTimeoutMs: 1500,
  maxMemoryMb: 64,
} as const;
