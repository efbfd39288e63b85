/** What a lane does for the evidence of a job: steps that it takes from a list, beside other lanes. */
import type { Compute, TaskName } from '../../compute/index.ts';
import { PBO } from './judge-tasks.ts';
import { STEPS, type StepRequest } from './steps-task.ts';

/** One step. */
export interface EvidenceStep extends StepRequest {
  /** Whether other lanes have left nothing of it. */
  readonly isOver: () => boolean;
  /** Told what it answered. */
  readonly take: (output: unknown) => void;
}

/** A step that runs a task; it is never over by itself unless `isOver` says so. */
export function stepOf<Input, Output>(
  { name }: TaskName<Input, Output>,
  input: Input,
  hooks: { readonly take: (output: Output) => void; readonly isOver?: () => boolean },
): EvidenceStep {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- A task name carries the types of the task that has it.
  const take = (output: unknown): void => hooks.take(output as Output);
  return { name, input, take, isOver: hooks.isOver ?? (() => false) };
}

/**
 * Does steps, which other lanes take from as well, until none is left.
 *
 * @throws {ComputeFailure} when a worker fails, or the signal aborts
 */
export async function takeAll(compute: Compute, steps: EvidenceStep[], signal: AbortSignal): Promise<void> {
  for (let taken = takeSome(steps); taken.length > 0; taken = takeSome(steps)) {
    const requests = taken.map(({ name, input }) => ({ name, input }));
    const outputs = await compute.run(STEPS, requests, { signal });
    // Fewer than were asked for of a job that is cancelled.
    for (const [place, output] of outputs.entries()) taken[place]?.take(output);
  }
}

/** The next step, and with it the splits behind it: lanes share those, so that who comes to them later counts fewer. */
function takeSome(steps: EvidenceStep[]): readonly EvidenceStep[] {
  while (steps[0]?.isOver() === true) steps.shift();
  const [first, second] = steps;
  const isFollowed = first?.name !== PBO.name && second?.name === PBO.name && !second.isOver();
  return steps.splice(0, isFollowed ? 2 : 1);
}
