/**
 * Our own subscriptions: what a document answers to an event is worked out once, however many subscribers there are.
 * Its variables may say which events come, not what is told of them, so the answer depends on the event, the document and
 * the principal. A live event is one object for all subscribers; a replayed one is read, and answered, for each.
 */
import type { DocumentNode, ExecutionResult } from 'graphql';
import type { Principal } from '../access/index.ts';

/** The answer to each event that somebody still holds. */
type Answers = WeakMap<object, Promise<ExecutionResult>>;

/** See the head of this file. */
export class SharedAnswers {
  readonly #answers = new WeakMap<DocumentNode, WeakMap<Principal, Answers>>();

  /**
   * The answers to a stream of events, in its order.
   *
   * @param work answers an event that nobody has answered yet
   */
  to(
    events: AsyncIterable<unknown>,
    { document, principal }: { readonly document: DocumentNode; readonly principal: Principal },
    work: (event: object) => Promise<ExecutionResult>,
  ): AsyncIterableIterator<ExecutionResult> {
    const answers = this.#of(document, principal);
    const source = events[Symbol.asyncIterator]();
    const answered = (event: object) => {
      const answer = answers.get(event) ?? work(event);
      answers.set(event, answer);
      return answer;
    };
    // An iterator by hand: an async generator that waits for its source could not be ended by `return()`.
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      async next() {
        const { done, value } = await source.next();
        return done === true ? { done, value: undefined } : { done: false, value: await answered(Object(value)) };
      },
      async return() {
        await source.return?.();
        return { done: true, value: undefined };
      },
    };
  }

  #of(document: DocumentNode, principal: Principal): Answers {
    const byPrincipal = this.#answers.get(document) ?? new WeakMap<Principal, Answers>();
    const answers = byPrincipal.get(principal) ?? new WeakMap();
    this.#answers.set(document, byPrincipal.set(principal, answers));
    return answers;
  }
}
