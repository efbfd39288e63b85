import { emaDistance, smaDistance } from './average-distance.ts';
import { bollingerPosition } from './bollinger.ts';
import { monthPosition, weekday } from './calendar.ts';
import type { FeatureFamily } from './feature.ts';
import { gap } from './gap.ts';
import { logReturn } from './log-return.ts';
import { macd } from './macd.ts';
import { rangePosition } from './range-position.ts';
import { relativeStrength } from './relative-strength.ts';
import { rsi } from './rsi.ts';
import { atr } from './true-range.ts';
import { volatility, volatilityRatio } from './volatility.ts';
import { volumeZscore } from './volume.ts';

/** Raised whenever a feature is defined otherwise: a model knows what it sees by the numbers that it learned from. */
export const FEATURES_VERSION = 2;

/** Every family, in the order of the columns that they make. */
export const FEATURE_FAMILIES: readonly FeatureFamily[] = [
  logReturn,
  gap,
  smaDistance,
  emaDistance,
  rsi,
  macd,
  bollingerPosition,
  rangePosition,
  atr,
  volatility,
  volatilityRatio,
  volumeZscore,
  weekday,
  monthPosition,
  relativeStrength,
];

/** The family of this name, if there is one. Names are own ones only: `constructor` is none. */
export function findFamily(name: string): FeatureFamily | undefined {
  return FEATURE_FAMILIES.find((family) => family.name === name);
}
