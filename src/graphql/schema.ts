/** The executable schema: every file that adds types, then the builder. */
import './scalars.ts';
import './errors.ts';
import './system.ts';
import './events.ts';
import './market.ts';
import './strategies.ts';
import './backtests.ts';
import './optimizations.ts';
import './optimization-commands.ts';
import './optimization-events.ts';
import './optimization-report.ts';
import './models.ts';
import './model-types.ts';
import './orders.ts';
import './order-errors.ts';
import './audit.ts';
import './order-causes.ts';
import './account.ts';
import './safety.ts';
import './order-commands.ts';
import './safety-commands.ts';
import './order-events.ts';
import './safety-notices.ts';
import './scheduled-jobs.ts';
import './scheduler-commands.ts';
import './scheduler-events.ts';
import { lexicographicSortSchema } from 'graphql';
import { builder } from './builder.ts';

/** Sorted, so that its printed form is stable. */
export const schema = lexicographicSortSchema(builder.toSchema());
