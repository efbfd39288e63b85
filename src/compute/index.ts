/**
 * Named CPU tasks on other threads, so that no calculation holds up the event loop that answers requests. It knows no
 * domain: whoever composes the process defines the tasks and serves them from the worker's entry. Inputs are copied,
 * except SharedArrayBuffers and the typed arrays over them, which are shared.
 */
export { computedOrUnavailable } from './available.ts';
export {
  type Compute,
  ComputeFailure,
  type ComputeFailureReason,
  type ComputeStats,
  type RunOptions,
} from './compute.ts';
export { serveTasks, type TaskServer } from './serve.ts';
export { defineTask, type Task, type TaskContext, type TaskName } from './task.ts';
export { ThreadPool, type ThreadPoolOptions } from './thread-pool.ts';
export { growTo, type WasmExports, WasmSource } from './wasm-source.ts';
