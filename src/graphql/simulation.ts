/** What backtests and jobs are asked alike, and how they show the settings that they used. */
import type { BacktestSettings } from '../backtest/index.ts';
import type { builder } from './builder.ts';
import { IntervalEnum } from './market.ts';

type InputFields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0];

/** Input fields for the bars of a simulation and how it trades on them. Null and left out both take the default. */
export function simulationInput(t: InputFields) {
  return {
    symbols: t.field({
      type: ['Symbol'],
      required: true,
      description: 'What is traded, each once; how many there may be depends on the strategy type.',
    }),
    start: t.field({ type: 'Date', required: true, description: 'First date, inclusive.' }),
    end: t.field({ type: 'Date', required: true, description: 'Last date, inclusive; in the future: today.' }),
    interval: t.field({ type: IntervalEnum, defaultValue: '1d', description: 'The length of a bar.' }),
    initialCapital: t.float({
      description: 'In the quote currency, above 0 and at most 1e12; default 100,000.',
    }),
    commissionBps: t.float({
      description: 'Basis points of the traded value, at least 0 and less than 10,000; default 0.',
    }),
    slippageBps: t.float({
      description: 'Basis points of the price, against us, at least 0 and less than 10,000; default 2.',
    }),
    allowShort: t.boolean({ description: 'Whether targets below 0 are held; default false: they are flat.' }),
    periodsPerYear: t.float({
      description:
        "Bars of a year, for annualising, above 0 and at most 1e6; default: of the symbols' market and interval.",
    }),
    source: t.string({ description: '`csv` or the name of a provider; default: an import, else the provider.' }),
  };
}

/** What a type that shows settings is built with. */
type SettingsFields<Shape> = PothosSchemaTypes.ObjectFieldBuilder<(typeof builder)['$inferSchemaTypes'], Shape>;

/** Fields that show the settings of a simulation. */
export function settingsFields<Shape extends { readonly settings: BacktestSettings }>(t: SettingsFields<Shape>) {
  return {
    initialCapital: t.float({
      description: 'In the quote currency, at the start of every slice.',
      resolve: ({ settings }) => settings.initialCapital,
    }),
    commissionBps: t.float({
      description: 'Basis points of the traded value.',
      resolve: ({ settings }) => settings.commissionBps,
    }),
    slippageBps: t.float({
      description: 'Basis points of the price, against us.',
      resolve: ({ settings }) => settings.slippageBps,
    }),
    allowShort: t.boolean({
      description: 'Whether targets below 0 are held; when not, they are flat.',
      resolve: ({ settings }) => settings.allowShort,
    }),
    periodsPerYear: t.float({
      description: 'Bars of a year, for annualising.',
      resolve: ({ settings }) => settings.periodsPerYear,
    }),
  };
}
