import type { Compute } from '../compute/index.ts';
import { refuseTooManyTerms } from '../features/index.ts';
import type { Database } from '../storage/index.ts';
import type { ModelSource, TradedModel } from '../strategies/index.ts';
import { predictBars } from './predict-task.ts';
import { findStoredModel, loadModel } from './stored-model.ts';

/** The models of the database, for strategies that follow one. */
export class StoredModels implements ModelSource {
  readonly #database: Database;
  readonly #compute: Compute;

  constructor({ database, compute }: { readonly database: Database; readonly compute: Compute }) {
    this.#database = database;
    this.#compute = compute;
  }

  async find(ownerId: number, id: number): Promise<TradedModel | null> {
    const stored = await findStoredModel(this.#database, ownerId, id);
    if (stored === null) return null;
    const { config, longAbove, ...facts } = stored;
    return {
      ...facts,
      requireFeasible: (bars, path) => refuseTooManyTerms(config, bars, path),
      predict: async (bars, options) => {
        const model = await loadModel(this.#database, stored);
        return { neutral: longAbove, bySymbol: await predictBars(this.#compute, { model, config, bars }, options) };
      },
    };
  }
}
