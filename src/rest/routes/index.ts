/** The route table: everything that the REST facade serves, one file per area. */
import type { Route } from '../route.ts';
import { alertRoutes } from './alerts.ts';
import { backtestRoutes } from './backtest.ts';
import { brokerRoutes } from './broker.ts';
import { dataRoutes } from './data.ts';
import { eventRoutes } from './events.ts';
import { goalRoutes } from './goals.ts';
import { reportRoutes } from './optimization-report.ts';
import { optimizeRoutes } from './optimize.ts';
import { safetyRoutes } from './safety.ts';
import { schedulerRoutes } from './scheduler.ts';
import { strategyRoutes } from './strategies.ts';
import { webhookRoutes } from './webhooks.ts';

/** Every row, in the order of the documentation. */
export const REST_ROUTES: readonly Route[] = [
  ...brokerRoutes,
  ...safetyRoutes,
  ...optimizeRoutes,
  ...reportRoutes,
  ...strategyRoutes,
  ...backtestRoutes,
  ...dataRoutes,
  ...schedulerRoutes,
  ...goalRoutes,
  ...alertRoutes,
  ...webhookRoutes,
  ...eventRoutes,
];
