import { invariant, type Random, seededRandom } from '../../core/index.ts';
import type { ParameterOwner, Parameters } from '../../strategies/index.ts';
import { type Coordinate, combine } from './coordinates.ts';
import { ParzenEstimator } from './parzen.ts';
import { drawn } from './random.ts';
import type { Sampler, ScoredTrial } from './sampler.ts';
import type { ParameterSpace } from './space.ts';
import { keyOf, Untried } from './untried.ts';

/** Trials per generation: enough to fill the cores of a machine, few enough to learn often. */
const GENERATION = 16;
/** Points drawn from the density of good trials, of which the best becomes the proposal. */
const CANDIDATES = 24;
/** Draws of candidates before a proposal is drawn evenly instead. */
const ATTEMPTS = 4;
/** Good are the best ⌈0.1 · n⌉ trials, at most 25: a larger share would blur them, a smaller one chase luck. */
const GOOD_SHARE = 0.1;
const MOST_GOOD = 25;

/** A trial that was asked for; score undefined until it is told. */
interface Trial {
  readonly point: readonly number[];
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
  /** In the order asked, which decides ties. */
  readonly #trials = new Map<string, Trial>();
  #model: Model | null | undefined;

  constructor(untried: Untried, { seed, trials }: { readonly seed: string; readonly trials: number }) {
    this.#untried = untried;
    this.#random = seededRandom(seed);
    this.#total = trials;
  }

  ask(count: number): readonly Parameters[] {
    const wanted = Math.min(count, this.#total - this.#trials.size);
    return Array.from({ length: wanted }, () => this.#next());
  }

  tell(trials: readonly ScoredTrial[]): void {
    for (const { params, score } of trials) {
      const trial = this.#trials.get(keyOf(params));
      invariant(trial !== undefined && trial.score === undefined, 'a result is of a trial asked for, and told once');
      trial.score = score !== null && Number.isFinite(score) ? score : null;
    }
    this.#model = undefined;
  }

  #next(): Parameters {
    this.#model ??= fitted(this.#untried.coordinates, [...this.#trials.values()]);
    const params = (this.#model && this.#propose(this.#model)) ?? drawn(this.#untried.draw(this.#random));
    this.#untried.take(params);
    const point = pointOf(this.#untried.coordinates, params);
    this.#trials.set(keyOf(params), { point, score: undefined });
    this.#model?.bad.add(point);
    return params;
  }

  /** The candidate with the largest l/g; null when all that were drawn are invalid or tried. */
  #propose({ good, bad }: Model): Parameters | null {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      let best: { readonly params: Parameters; readonly ratio: number } | null = null;
      for (let candidate = 0; candidate < CANDIDATES; candidate++) {
        const drawnPoint = good.sample(this.#random);
        const params = combine(this.#untried.coordinates, (axis, index) => axis.valueAt(drawnPoint[index] ?? 0));
        if (!this.#untried.has(params)) continue;
        const point = pointOf(this.#untried.coordinates, params);
        const ratio = good.density(point) / bad.density(point);
        if (best === null || ratio > best.ratio) best = { params, ratio };
      }
      if (best !== null) return best.params;
    }
    return null;
  }
}

function pointOf(coordinates: readonly Coordinate[], params: Parameters): readonly number[] {
  return coordinates.map((coordinate) => coordinate.coordinateOf(params[coordinate.name] ?? null));
}

/** null while no trial has a score. */
function fitted(coordinates: readonly Coordinate[], trials: readonly Trial[]): Model | null {
  const scored = trials
    .filter((trial) => typeof trial.score === 'number')
    .toSorted((a, b) => Number(b.score) - Number(a.score));
  const told = trials.filter((trial) => trial.score !== undefined).length;
  const good = new Set(scored.slice(0, Math.min(MOST_GOOD, Math.ceil(GOOD_SHARE * told))));
  if (good.size === 0) return null;
  const points = (members: readonly Trial[]) => members.map((trial) => trial.point);
  return {
    good: new ParzenEstimator(coordinates, points([...good])),
    bad: new ParzenEstimator(coordinates, points(trials.filter((trial) => !good.has(trial)))),
  };
}
