/** The order in which vitest takes the test files: see `LongestFirst`. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take 15 s and more alone, those that take longest first. */
const LONGEST = [
  'durability/kills',
  'durability/process',
  'orders/kill',
  'tuning/jobs',
  'optimize/checkpoints',
  'rest/facade',
  'durability/drain',
  'optimize/repeatability',
  'orders/send-once',
];

/**
 * Begins with the files that take longest, so that no processor is left with one of them when the others have nothing to do.
 * Vitest itself begins with the largest, when it knows no durations.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const index = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return index === -1 ? LONGEST.length : index;
    };
    // oxlint-disable-next-line unicorn/no-array-sort -- This is vitest's method.
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
