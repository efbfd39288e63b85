/** What the pictures of a job's report are drawn from: heat maps of its search, its winner, and the winner's equity. */
import {
  type EquityPoint,
  type HeatMap,
  type OptimizationReport,
  optimizationReport,
  type ReportAxis,
  type ReportSection,
} from '../optimize/index.ts';
import { builder } from './builder.ts';
import { enumOf } from './inputs.ts';
import { ResultRef } from './optimization-results.ts';
import { OptimizationRef } from './optimizations.ts';

/** A curve has thousands of points, each a few bytes: they count as so many rows in the cost of a document. */
const CURVE_ITEMS = 400;

const AxisRef = builder.objectRef<ReportAxis>('HeatMapAxis').implement({
  description: 'One searched parameter, as an axis.',
  fields: (t) => ({
    parameter: t.exposeString('parameter', { description: 'Its name.' }),
    labels: t.stringList({
      description: 'Values in order, or bins of them where there are more than 20: `10`, `none`, `5–14`.',
      resolve: (axis) => [...axis.labels],
    }),
  }),
});

const HeatMapRef = builder.objectRef<HeatMap>('HeatMap').implement({
  description: 'Mean test Sharpe over two parameters. Matrices are [y][x].',
  fields: (t) => {
    const counts = (description: string, read: (map: HeatMap) => HeatMap['ranked']) =>
      t.field({
        type: t.listRef(t.listRef('Int')),
        description,
        resolve: (map) => read(map).map((row) => [...row]),
      });
    return {
      x: t.field({ type: AxisRef, description: 'To the right.', resolve: (map) => map.x }),
      y: t.field({
        type: AxisRef,
        nullable: true,
        description: 'Downwards; null when one parameter was searched: then there is one row.',
        resolve: (map) => map.y,
      }),
      best: t.field({
        type: t.listRef(t.listRef('Float', { nullable: true })),
        description: 'Highest mean test Sharpe of the ranked combinations of a cell; null where there is none.',
        resolve: (map) => map.best.map((row) => [...row]),
      }),
      ranked: counts('Ranked combinations of a cell.', (map) => map.ranked),
      unranked: counts('Those that never traded in a test slice.', (map) => map.unranked),
      skipped: counts('Those that are invalid in themselves.', (map) => map.skipped),
      explained: t.exposeFloat('explained', {
        nullable: true,
        description:
          'Share of the differences in mean test Sharpe that the cells explain (epsilon squared), at most 1; null where each cell has one combination.',
      }),
    };
  },
});

const SectionRef = builder.objectRef<ReportSection>('ReportSection').implement({
  description: 'What the search of one strategy type looks like.',
  fields: (t) => ({
    strategyType: t.exposeString('strategyType', { description: 'The name of the type.' }),
    ranked: t.exposeInt('ranked', { description: 'Ranked combinations.' }),
    unranked: t.exposeInt('unranked', { description: 'Those that never traded in a test slice.' }),
    skipped: t.exposeInt('skipped', { description: 'Those that are invalid in themselves.' }),
    heatMaps: t.field({
      type: [HeatMapRef],
      description: 'At most six pairs of parameters, those that explain most first.',
      extensions: { items: 6 },
      resolve: (section) => [...section.heatMaps],
    }),
  }),
});

const PartEnum = enumOf<EquityPoint['part']>('SlicePart', {
  description: 'What the bars of a slice are for.',
  values: {
    train: 'Combinations can be chosen on them.',
    test: 'Combinations are ranked by them.',
  },
});

const PointRef = builder.objectRef<EquityPoint>('SliceEquityPoint').implement({
  description: "Equity at the close of one bar. Each slice starts at the job's initial capital.",
  fields: (t) => ({
    time: t.exposeString('time', { description: 'Of the bar.' }),
    equity: t.exposeFloat('equity', { description: 'In the quote currency.' }),
    drawdown: t.exposeFloat('drawdown', { description: 'From the highest equity of the slice so far, at most 0.' }),
    fold: t.exposeInt('fold', { description: 'From 1.' }),
    part: t.expose('part', { type: PartEnum, description: 'Whether its slice trains or tests.' }),
  }),
});

const ReportRef = builder.objectRef<OptimizationReport>('OptimizationReport').implement({
  description: 'The pictures of a job that has ended.',
  fields: (t) => ({
    sections: t.field({
      type: [SectionRef],
      description: 'One per strategy type, in the order in which they were searched.',
      extensions: { items: 4 },
      resolve: (report) => [...report.sections],
    }),
    winner: t.field({
      type: ResultRef,
      nullable: true,
      description: 'The best combination; of a sweep, that of all types. Null when nothing was ranked.',
      resolve: (report) => report.winner,
    }),
    curve: t.field({
      type: [PointRef],
      description:
        "The winner's equity over all windows, about 2,000 points at most; empty unless the job is complete.",
      extensions: { items: CURVE_ITEMS },
      resolve: (report) => [...report.curve],
    }),
  }),
});

builder.prismaObjectField(OptimizationRef, 'report', (t) =>
  t.field({
    type: ReportRef,
    nullable: true,
    description: 'What its report is drawn from; CONFLICT, and null, until the job has ended.',
    select: { id: true },
    resolve: (row, _args, { caller, services }) => optimizationReport(services, caller.principal, row.id),
  }),
);
