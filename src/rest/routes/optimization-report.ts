/** `/api/optimize/{id}/report`: a job that has ended, as one page to read, send and print. */
import { z } from 'zod';
import { invariant, memberOf } from '../../core/index.ts';
import { OptimizationReportDocument, type OptimizationReportQuery } from '../../graphql/index.ts';
import { SEARCH_METHODS } from '../../optimize/index.ts';
import { REPORT_POLICY, reportPage } from '../report/page.ts';
import type { OverfittingFigures, ReportBasis, ReportJob, SweepFigures } from '../report/report-job.ts';
import { noBody, noQuery, type Route, route } from '../route.ts';
import { idOf, intervalOf } from './shapes.ts';

type ReportData = NonNullable<OptimizationReportQuery['optimization']>;

/** A job about a model has no report. */
const REPORTED_TYPES = ['strategy', 'sweep'] as const;
const STATUSES = ['complete', 'cancelled', 'error'] as const;
const VERDICTS = ['accept', 'review', 'reject'] as const;
const CONFIDENCES = ['high', 'medium', 'low', 'none'] as const;
const PARTS = ['train', 'test'] as const;

/** The row of the report. */
export const reportRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/optimize/{id}/report',
    operationId: 'getOptimizationReport',
    summary: 'Get the report of an optimization job',
    description:
      'A page for a browser: the verdict and its reasons, equity and drawdown of the best combination, its windows, heat maps of the search, the ranking, and where the figures come from. It fetches nothing and runs no script, so it can be saved, sent and printed. While the job waits or runs, and for a job about a model, this is a conflict.',
    tag: 'optimize',
    resource: 'optimization',
    query: noQuery,
    body: noBody,
    status: 200,
    page: { policy: REPORT_POLICY },
    response: z.string().describe('The page.'),
    answerExample: '<!doctype html>…',
    errors: ['CONFLICT'],
    document: OptimizationReportDocument,
    variables: ({ params }) => ({ id: String(params.id) }),
    answer: ({ optimization }) => optimization && reportPage(reportJob(optimization)),
  }),
];

function reportJob(job: ReportData): ReportJob {
  const { id, partial, error, report, results, overfitting, sweep, config } = job;
  invariant(report !== null && config !== null, 'a report that cannot be had is an error');
  const status = memberOf(STATUSES, job.status.toLowerCase());
  return {
    id: idOf(id),
    jobType: memberOf(REPORTED_TYPES, job.jobType.toLowerCase()),
    status,
    partial,
    error,
    basis: basisOf(job, config),
    sections: report.sections,
    winner: report.winner,
    ranking: results ?? [],
    overfitting: overfitting && overfittingOf(overfitting),
    sweep: sweep && sweepOf(sweep, config.skippedTypes),
    curve: report.curve.map((point) => ({ ...point, part: memberOf(PARTS, point.part.toLowerCase()) })),
  };
}

function basisOf(job: ReportData, config: NonNullable<ReportData['config']>): ReportBasis {
  return {
    ...job,
    ...config,
    interval: intervalOf(config.interval),
    method: memberOf(SEARCH_METHODS, config.method.toLowerCase()),
  };
}

function overfittingOf({ verdict, ...figures }: NonNullable<ReportData['overfitting']>): OverfittingFigures {
  return { ...figures, verdict: memberOf(VERDICTS, verdict.toLowerCase()) };
}

function sweepOf(
  { byStrategy, recommendation }: NonNullable<ReportData['sweep']>,
  skippedTypes: SweepFigures['skippedTypes'],
): SweepFigures {
  return {
    byStrategy: byStrategy.map(({ strategyType, results, overfitting }) => ({
      strategyType,
      best: results[0] ?? null,
      overfitting: overfitting && { ...overfitting, verdict: memberOf(VERDICTS, overfitting.verdict.toLowerCase()) },
    })),
    recommendation: {
      ...recommendation,
      confidence: memberOf(CONFIDENCES, recommendation.confidence.toLowerCase()),
    },
    skippedTypes,
  };
}
