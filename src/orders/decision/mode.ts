import type { DecisionView, Denial } from './view.ts';

/** Money moves only where the server, the broker and the owner's settings all say live. Who asks for paper always gets it. */
export function checkMode({ request, effectiveMode }: DecisionView): Denial | null {
  if (request.mode === 'paper' || effectiveMode === 'live') return null;
  return {
    code: 'LIVE_DISABLED',
    message:
      'The order asks for live trading, and this account trades on paper: leave mode out, or enable live trading ' +
      '(LIVE_TRADING=enabled and a live broker at the server, paperMode false in the safety settings).',
  };
}
