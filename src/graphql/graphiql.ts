/** GraphiQL as it is served here: its page, and what it opens with: the main tasks, ready to run from left to right. */
import type { renderGraphiQL } from '@graphql-yoga/render-graphiql';

type Options = Parameters<typeof renderGraphiQL>[0];

/**
 * With several tabs GraphiQL animates them from where they would stand without a layout, and a first click misses the tab
 * that jumps to its place under the mouse. Without the animation it hits.
 */
const STILL_TABS = '<style>.graphiql-tab { transform: none !important; }</style>';

/** The page, whose scripts all come from this server. They are loaded when somebody looks: that takes as long as fastify does. */
export async function graphiqlPage(options: Options): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL(options).replace('</head>', `${STILL_TABS}</head>`);
}

interface Tab {
  readonly query: string;
}

const optimize = `# 1. Submit a walk-forward optimization. It runs in the background.
mutation Optimize {
  startStrategyOptimization(input: {
    strategyType: "momentum", symbols: ["SPY"], start: "2020-01-01", end: "2024-12-31"
  }) {
    optimization { id status totalCombinations dataSource }
    errors { code message path }
  }
}
`;

const watch = `# 2. Watch every job: progress while it runs, then how it ended. Leave it open and submit another.
subscription Watch {
  optimizationEvents {
    __typename
    cursor
    optimizationId
    status
    ... on OptimizationProgressed { combo total fold nFolds }
    ... on OptimizationCompleted { bestSharpe }
    ... on OptimizationFailed { error }
  }
}
`;

const results = `# 3. Read the ranking of the newest job.
query Results {
  optimizations(first: 1) {
    nodes {
      id
      status
      progress { combo total }
      bestParams
      results { rank params meanSharpe sharpeStd meanReturn maxDrawdown trades }
      skipped { params reason }
    }
  }
}
`;

const sweep = `# 4. Let every strategy type try, and see whether the best is more than luck. Run "Found" when it has ended.
mutation Sweep {
  startSweep(input: { symbols: ["SPY"], start: "2010-01-01", end: "2024-12-31" }) {
    optimization { id totalCombinations config { sections { strategyType trials } skippedTypes { strategyType reason } } }
    errors { code message path }
  }
}
query Found {
  optimizations(first: 1) {
    nodes {
      status
      progress { combo total currentStrategy strategyIndex totalStrategies }
      sweep {
        recommendation { strategyType bestParams meanSharpe sharpeStd confidence recommended }
        byStrategy { strategyType results { rank params meanSharpe } overfitting { verdict } }
      }
      overfitting { verdict reasons deflatedSharpe pbo oosSharpe walkForwardEfficiency nTrials }
    }
  }
}
`;

const backtest = `# 5. Backtest one combination.
mutation Backtest {
  runBacktest(input: {
    strategyType: "momentum", params: { short_window: 20, long_window: 50 },
    symbols: ["SPY"], start: "2020-01-01", end: "2024-12-31"
  }) {
    backtest {
      dataSource
      metrics { totalReturn sharpe maxDrawdown winRate trades }
      trades { symbol side entryAt exitAt profit }
    }
    errors { message path }
  }
}
`;

const explore = `# 6. What there is: strategy types, symbols, prices.
query Explore {
  system { version marketData database mode }
  strategyTypes { name description defaultGrid }
  quotes(symbols: ["SPY", "BTC-USD"]) { symbol price bid ask at source }
}
`;

const tune = `# 7. Tune a model: it runs in the background. Run "Tuned" when it has ended, which also says whether there is an edge.
mutation Tune {
  startModelTuning(input: {
    modelType: "xgboost", symbols: ["SPY"], start: "2020-01-01", end: "2024-12-31"
    paramGrid: { max_depth: [2, 3], learning_rate: [0.05, 0.1], n_estimators: [50, 100] }
  }) {
    optimization { id status totalCombinations }
    errors { code message path }
  }
}
query Tuned {
  optimizations(first: 1) {
    nodes {
      status
      progress { combo total fold nFolds }
      tuning {
        results { rank params meanLoss meanAuc meanAccuracy sharpe }
        judgement {
          verdict
          reasons
          holdout { loss baselineLoss accuracy baselineAccuracy }
          importance { feature gain }
        }
      }
    }
  }
  models(first: 1) { nodes { id modelType trainedUntil verdict engine { name originalLibrary } } }
}
`;

const trade = `# 8. Trade on paper. A denied order is kept, and the error says which limit it met.
mutation Trade {
  placeOrder(input: { symbol: "SPY", side: BUY, quantity: "5", orderType: MARKET }) {
    order { id clientOrderId status }
    errors { code message ... on OrderDenial { limit observed order { id status } } }
  }
}
# What came of it, why, and what it led to. Run it after "Trade".
query Traded {
  orders(first: 1) {
    nodes {
      id
      status
      averageFillPrice
      causedBy { __typename }
      transitions { from to at }
      effects { fills { nodes { quantity price at } } events { entries { type cursor } } }
    }
  }
  account { mode cash equity dayPnl positions { symbol quantity averagePrice marketPrice unrealizedPnl } }
}
`;

const goal = `# 9. Keep a portfolio on target. A rehearsal plans the trades and sends none.
mutation Aim {
  createPortfolioGoal(input: {
    targetWeights: [{ symbol: "SPY", weight: "0.6" }, { symbol: "BND", weight: "0.3" }], rebalanceMode: ALERT
  }) {
    goal { id name checkSchedule }
    errors { code message path }
  }
}
# Put the goal's id here.
mutation Rehearse {
  rebalancePortfolio(input: { goalId: "1", dryRun: true }) {
    plan { status trades { side symbol quantity estimatedValue reason } cashAfter residualDrift }
    errors { code message path }
  }
}
query Drift {
  goals(last: 1) {
    nodes { name drift { maxDrift needsRebalance positions { symbol currentWeight targetWeight drift } } }
  }
}
`;

const schedule = `# 10. Look for signals five minutes after every open, by the clocks of New York.
mutation Schedule {
  createScheduledJob(input: {
    jobType: MARKET_SCAN, schedule: "35 9 * * 1-5", timezone: "America/New_York", calendar: "XNYS"
    config: { strategy_type: "momentum", symbols: ["SPY"] }
  }) {
    scheduledJob { id name nextRuns(count: 3) }
    errors { code message path }
  }
}
# Put the job's id here.
mutation Run {
  runScheduledJob(input: { id: "1" }) { run { status output error } errors { code message } }
}
query Runs {
  scheduledJobs(last: 1) {
    nodes { name enabled nextRuns(count: 3) runs(first: 5) { nodes { scheduledFor status reason } } }
  }
}
`;

const alert = `# 11. Be told once when a price crosses a level. Leave "Told" open and test an alert.
mutation Alert {
  createAlert(input: { alertType: PRICE, condition: { symbol: "SPY", above: "1000" } }) {
    alert { id name state }
    errors { code message path }
  }
}
subscription Told {
  alertEvents {
    __typename
    occurredAt
    ... on AlertTriggered { message context }
  }
}
# Put the alert's id here.
mutation Test {
  testAlert(input: { id: "1" }) { trigger { message } errors { code message } }
}
`;

const stop = `# 12. Stop everything now: no order is sent until trading is resumed.
mutation Stop {
  activateKillSwitch(input: { reason: "Trying the switch", policy: CANCEL }) {
    kill { drained inFlight orders { clientOrderId outcome } positionsClosing at }
    errors { code message }
  }
}
mutation Resume {
  resumeTrading(input: { reason: "It works" }) { safety { state } errors { code message } }
}
# The limits, and who decided what.
query Safety {
  safetyStatus { state mode tradesToday limits { maxDailyTrades maxOrderValue maxPositionPct maxDailyLossPct } }
  safetyEvents(first: 5) { nodes { kind actor reason at } }
  verifyAudit { ok events }
}
`;

/** One tab per task. */
export const EXAMPLE_TABS: readonly Tab[] = [
  ...[optimize, watch, results, sweep, backtest, explore, tune],
  ...[trade, goal, schedule, alert, stop],
].map((query) => ({ query }));
