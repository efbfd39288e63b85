/** What the date alone says. */
import { type FeatureFamily, noProblem, PLAIN_TERMS } from './feature.ts';

const ofTheDate = {
  parameters: [],
  defaults: [{}],
  minSymbols: 1,
  problem: noProblem,
  warmUp: () => 0,
  terms: () => PLAIN_TERMS,
};

/** Day of the week. */
export const weekday: FeatureFamily = {
  name: 'weekday',
  description: 'Day of the week of the bar, by UTC.',
  formula: '1 for Monday to 7 for Sunday',
  source: 'ISO 8601',
  ...ofTheDate,
  compute: ({ bars }) => bars.time.map((time) => new Date(time).getUTCDay() || 7),
};

/** Place in the month. */
export const monthPosition: FeatureFamily = {
  name: 'month_position',
  description: 'How far the month is at the bar: 0 on its first day, nearly 1 on its last one, by UTC.',
  formula: '(day of the month − 1) / days of the month',
  source: 'turn-of-the-month effect: Ariel (1987)',
  ...ofTheDate,
  compute: ({ bars }) => bars.time.map(monthShare),
};

function monthShare(time: number): number {
  const date = new Date(time);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  // Day 0 of the next month is the last of this one.
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return (date.getUTCDate() - 1) / days;
}
