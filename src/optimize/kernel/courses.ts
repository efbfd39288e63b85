import { costsOf, decisionInput, legsOf } from '../../backtest/index.ts';
import { openScanner, type Parameters, type StrategyType, tradedSeries } from '../../strategies/index.ts';
import type { EvaluationPlan } from '../evaluate.ts';
import { ChangeFeed } from './change-feed.ts';
import type { Course } from './course.ts';
import { JointCourse } from './joint-course.ts';
import { LongCourse } from './long-course.ts';
import { LongMemory } from './long-memory.ts';
import { BLOCK } from './pieces.ts';

/** A combination of a batch, and where its figures go, zeros before. */
export interface Entrant {
  readonly place: number;
  readonly params: Parameters;
  readonly row: Float64Array;
}

/** The combinations that can be followed together. */
export interface Field {
  /** To be loaded with each block before the courses advance; null when they do not read it. */
  readonly memory: LongMemory | null;
  readonly courses: readonly { readonly entrant: Entrant; readonly course: Course }[];
}

/** Opens a course for each valid combination; quotes have none. */
export function openCourses(plan: EvaluationPlan, type: StrategyType, entrants: readonly Entrant[]): Field {
  if (type.trades === 'quotes') return { memory: null, courses: [] };
  const { settings } = plan;
  const [costs, capital] = [costsOf(settings), settings.initialCapital];
  const valid = entrants.filter(({ params }) => type.problem(params) === null);
  const seriesOf = (params: Parameters) =>
    tradedSeries(type, plan.bars.length).map((series) => {
      const input = decisionInput({ ...plan, params, allowShort: settings.allowShort }, series);
      return { legs: legsOf(type.trades, input.bars), scanner: openScanner(type, input) };
    });
  const [bars, ...others] = plan.bars;
  if (type.trades === 'spread' || settings.allowShort || bars === undefined || others.length > 0) {
    const market = { feed: new ChangeFeed(), costs, capital, equity: new Float64Array(BLOCK) };
    const courses = valid.map((entrant) => ({
      entrant,
      course: new JointCourse(market, seriesOf(entrant.params), entrant.row),
    }));
    return { memory: null, courses };
  }
  const memory = new LongMemory(bars, costs, valid.length);
  const courses = valid.flatMap((entrant, place) =>
    seriesOf(entrant.params).map(({ scanner }) => {
      const course = new LongCourse({ memory, capital }, scanner, { place, row: entrant.row });
      return { entrant, course };
    }),
  );
  return { memory, courses };
}
