/** What GraphiQL opens with: the main tasks, ready to run from left to right. */

interface Tab {
  readonly query: string;
  readonly variables?: string;
}

const optimize = `# 1. Submit a walk-forward optimization. It runs in the background.
mutation Optimize($input: StartStrategyOptimizationInput!) {
  startStrategyOptimization(input: $input) {
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

const backtest = `# 4. Backtest one combination.
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

const explore = `# 5. What there is: strategy types, symbols, prices.
query Explore {
  system { version marketData database mode }
  strategyTypes { name description defaultGrid }
  quotes(symbols: ["SPY", "BTC-USD"]) { symbol price bid ask at source }
}
`;

/** One tab per task. */
export const EXAMPLE_TABS: readonly Tab[] = [
  {
    query: optimize,
    variables: JSON.stringify(
      { input: { strategyType: 'momentum', symbols: ['SPY'], start: '2020-01-01', end: '2024-12-31' } },
      null,
      2,
    ),
  },
  { query: watch },
  { query: results },
  { query: backtest },
  { query: explore },
];
