import { invariant, type Random, seededRandom } from '../../core/index.ts';
import type { ParameterOwner, Parameters } from '../../strategies/index.ts';
import { combine } from './coordinates.ts';
import { ParzenEstimator } from './parzen.ts';
import { drawn } from './random.ts';
import type { Sampler, ScoredTrial } from './sampler.ts';
import type { ParameterSpace } from './space.ts';
import { Untried } from './untried.ts';

/** Trials per generation: enough to fill the cores of a machine, few enough to learn often. */
const GENERATION = 16;
/** Points drawn from the density of good trials, of which the best becomes the proposal. */
const CANDIDATES = 24;
/** Draws of candidates before a proposal is drawn evenly instead. */
const ATTEMPTS = 4;
/** Good are the best ⌈0.15 · n⌉ trials, γ of the paper, and at most 25: a larger share blurs them, a smaller chases luck. */
const GOOD_SHARE = 0.15;
const MOST_GOOD = 25;

/** Most trials in the density of the others: thinned evenly, so that late proposals cost no more than early ones. */
const MOST_BAD = 200;

/** A trial that was asked for; score undefined until it is told. */
interface Trial {
  /** 0-based, in the order asked. */
  readonly index: number;
  readonly point: Float64Array;
  score: number | null | undefined;
}

/** The densities of good trials and of all others, those under way included. */
interface Model {
  readonly good: ParzenEstimator;
  readonly bad: ParzenEstimator;
}

/**
 * Tree-structured Parzen estimator: Bergstra, Bardenet, Bengio and Kégl (2011), "Algorithms for Hyper-Parameter
 * Optimization", section 4. Proposes where l(x)/g(x) is largest, l the density of good trials and g of the others, which
 * is where an improvement is expected. The first generation is random. Within a generation every proposal counts as bad
 * until its result is told, so that the next one goes elsewhere.
 *
 * @param search as of `randomSampler`
 */
export function tpeSampler(
  owner: ParameterOwner,
  space: ParameterSpace,
  search: { readonly seed: string; readonly trials: number },
): Sampler {
  return new TreeParzenSampler(new Untried(owner, space), search);
}

/** Life: ask a generation, tell it, ask the next. The model is made at the first question after an answer. */
class TreeParzenSampler implements Sampler {
  readonly generation = GENERATION;
  readonly #untried: Untried;
  readonly #random: Random;
  readonly #total: number;
  readonly #trials: Trial[] = [];
  /** Trials without a result, by `Untried.keyOf`. */
  readonly #waiting = new Map<string, Trial>();
  /** The best trials with a score, the best first, ties in the order asked. At most MOST_GOOD. */
  readonly #best: Trial[] = [];
  /** undefined when results have come since it was made, null while no trial has a score. */
  #model: Model | null | undefined;

  constructor(untried: Untried, { seed, trials }: { readonly seed: string; readonly trials: number }) {
    this.#untried = untried;
    this.#random = seededRandom(seed);
    this.#total = trials;
  }

  ask(count: number): readonly Parameters[] {
    const wanted = Math.min(count, this.#total - this.#trials.length);
    return Array.from({ length: wanted }, () => this.#next());
  }

  tell(trials: readonly ScoredTrial[]): void {
    for (const { params, score } of trials) {
      const key = this.#untried.keyOf(params);
      const trial = this.#waiting.get(key);
      invariant(trial !== undefined, 'a result is of a trial that was asked for, and told once');
      this.#waiting.delete(key);
      trial.score = score !== null && Number.isFinite(score) ? score : null;
      if (trial.score !== null) this.#rank(trial);
    }
    this.#model = undefined;
  }

  #rank(trial: Trial): void {
    this.#best.push(trial);
    this.#best.sort((a, b) => Number(b.score) - Number(a.score) || a.index - b.index);
    this.#best.splice(MOST_GOOD);
  }

  #next(): Parameters {
    if (this.#model === undefined) this.#model = this.#fit();
    const proposed = this.#model === null ? null : this.#propose(this.#model);
    const params = proposed ?? drawn(this.#untried.draw(this.#random));
    this.#untried.take(params);
    const trial: Trial = { index: this.#trials.length, point: this.#pointOf(params), score: undefined };
    this.#trials.push(trial);
    this.#waiting.set(this.#untried.keyOf(params), trial);
    this.#model?.bad.add(trial.point);
    return params;
  }

  #fit(): Model | null {
    const told = this.#trials.length - this.#waiting.size;
    const good = this.#best.slice(0, Math.ceil(GOOD_SHARE * told));
    if (good.length === 0) return null;
    const isGood = new Set(good);
    const bad = thinned(this.#trials, MOST_BAD).filter((trial) => !isGood.has(trial));
    const density = (trials: readonly Trial[]) =>
      new ParzenEstimator(
        this.#untried.coordinates,
        trials.map((trial) => trial.point),
      );
    return { good: density(good), bad: density(bad) };
  }

  /** The candidate with the largest l/g; null when all that were drawn are invalid or tried. */
  #propose({ good, bad }: Model): Parameters | null {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const candidates = Array.from({ length: CANDIDATES }, () => this.#paramsAt(good.sample(this.#random)));
      let best: { readonly params: Parameters; readonly ratio: number } | null = null;
      for (const params of candidates.filter((candidate) => this.#untried.has(candidate))) {
        const point = this.#pointOf(params);
        const ratio = good.density(point) / bad.density(point);
        if (best === null || ratio > best.ratio) best = { params, ratio };
      }
      if (best !== null) return best.params;
    }
    return null;
  }

  #paramsAt(point: Float64Array): Parameters {
    return combine(this.#untried.coordinates, (axis, index) => axis.valueAt(point[index] ?? 0));
  }

  #pointOf(params: Parameters): Float64Array {
    return Float64Array.from(this.#untried.coordinates, (axis) => axis.coordinateOf(params[axis.name] ?? null));
  }
}

/** At most `most` of `items`, evenly spaced, in order. */
function thinned<Item>(items: readonly Item[], most: number): readonly Item[] {
  const stride = Math.max(1, items.length / most);
  return Array.from({ length: Math.min(most, items.length) }, (_, place) => items[Math.floor(place * stride)]).flatMap(
    (item) => (item === undefined ? [] : [item]),
  );
}
