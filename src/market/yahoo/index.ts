/**
 * Bars and quotes of Yahoo Finance, through the package yahoo-finance2. That service is unofficial: it may change, throttle
 * or refuse without notice, so everything that it answers is checked, and everything that it does wrong is UNAVAILABLE.
 */
export { type YahooOptions, YahooProvider } from './provider.ts';
