import { type ExecutionResult, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { localUser } from '../../src/access/index.ts';
import { SharedAnswers } from '../../src/graphql/shared-answers.ts';

const document = parse('subscription { happened }');
const [event, other] = [{ happened: 1 }, { happened: 2 }];

async function* streamOf(...events: readonly object[]): AsyncGenerator<object> {
  yield* events;
}

async function all(answers: AsyncIterable<ExecutionResult>): Promise<readonly ExecutionResult[]> {
  const heard: ExecutionResult[] = [];
  for await (const answer of answers) heard.push(answer);
  return heard;
}

describe('the answers to events', () => {
  it('are worked out once for all subscribers of a principal, in the order of each stream', async () => {
    const shared = new SharedAnswers();
    const reader = { document, principal: localUser(1) };
    let worked = 0;
    const work = async (each: object) => ({ data: { each, number: (worked += 1) } });

    const first = await all(shared.to(streamOf(event, other), reader, work));
    const second = await all(shared.to(streamOf(other, event), reader, work));

    expect(worked).toBe(2);
    expect(second).toEqual([first[1], first[0]]);
    expect(second[0]).toBe(first[1]);
  });

  it('are not shared between principals or documents', async () => {
    const shared = new SharedAnswers();
    const reader = { document, principal: localUser(1) };
    let worked = 0;
    const work = async () => ({ data: { number: (worked += 1) } });

    await all(shared.to(streamOf(event), reader, work));
    await all(shared.to(streamOf(event), { ...reader, principal: localUser(2) }, work));
    await all(shared.to(streamOf(event), { ...reader, document: parse('subscription { happened }') }, work));

    expect(worked).toBe(3);
  });

  it('end with their source, also while the next is awaited', async () => {
    let isEnded = false;
    const source = {
      [Symbol.asyncIterator]: () => source,
      next: () => new Promise<IteratorResult<object, undefined>>(() => undefined),
      return: async () => {
        isEnded = true;
        return { done: true, value: undefined } as const;
      },
    };
    const answers = new SharedAnswers().to(source, { document, principal: localUser(1) }, async () => ({}));

    void answers.next();
    await answers.return?.();

    expect(isEnded).toBe(true);
  });
});
