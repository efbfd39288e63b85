/** What goes wrong between Yahoo and us, and how the domain says it. */
import { DomainError, invalid, unavailable } from '../../core/index.ts';

/**
 * `unknown_symbol` and `no_data` are answers; `out_of_reach` is a range that Yahoo no longer serves. The rest is Yahoo's:
 * it asks for fewer requests (`throttled`), is down or slow (`unreachable`), answers something else (`garbage`), does
 * not accept the crumb (`unauthorized`), or refuses for another reason (`refused`).
 */
export type FaultKind =
  | 'unknown_symbol'
  | 'no_data'
  | 'out_of_reach'
  | 'throttled'
  | 'unreachable'
  | 'garbage'
  | 'unauthorized'
  | 'refused';

/** A request that Yahoo did not answer with prices. Nothing outside this folder sees it. */
export class YahooFault extends Error {
  override readonly name = 'YahooFault';
  readonly kind: FaultKind;
  /** After which time Yahoo may answer again; null when it did not say and we do not know. */
  readonly retryAfterMs: number | null;

  constructor(
    kind: FaultKind,
    message: string,
    details: { readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

/** Longest part of a foreign text that is shown. */
const SHOWN = 160;

/** Anything that was thrown while asking Yahoo as a fault: what the package makes of an answer it cannot read is garbage. */
export function asFault(error: unknown): YahooFault {
  if (error instanceof YahooFault) return error;
  const message = error instanceof Error ? error.message : String(error);
  return (
    faultOfDescription(message) ??
    new YahooFault('garbage', `It answered something that could not be read: ${message.slice(0, SHOWN)}`, {
      cause: error,
    })
  );
}

/** The fault that Yahoo's own words describe; `undefined` for others. */
export function faultOfDescription(description: string): YahooFault | undefined {
  const message = description.slice(0, SHOWN);
  if (/^no data found|symbol may be delisted/i.test(message)) return new YahooFault('unknown_symbol', message);
  if (/^data doesn't exist for startdate/i.test(message)) return new YahooFault('no_data', message);
  if (/must be within the last \d+ days/i.test(message)) return new YahooFault('out_of_reach', message);
  return undefined;
}

/** A fault as the domain's error; `asked` names what was asked for, e.g. `BRK.B (BRK-B at Yahoo)`. */
export function toDomainError(fault: YahooFault, asked: string): DomainError {
  const { kind, message, retryAfterMs } = fault;
  switch (kind) {
    case 'unknown_symbol':
      return invalid('symbols', `Yahoo Finance has no prices of ${asked}.`);
    case 'no_data':
    case 'out_of_reach':
      return invalid('start', `Yahoo Finance does not serve this range of ${asked}: ${message}`);
    case 'throttled': {
      const retryAfterSeconds = Math.max(1, Math.ceil((retryAfterMs ?? 0) / 1000));
      return new DomainError(
        'UNAVAILABLE',
        `Yahoo Finance asks for fewer requests. Try ${asked} again in ${retryAfterSeconds} s.`,
        { facts: { retryAfterSeconds }, cause: fault },
      );
    }
    case 'unreachable':
      return unavailable(`Yahoo Finance cannot be reached for ${asked}: ${message} Try again later.`, fault);
    case 'garbage':
    case 'unauthorized':
    case 'refused':
      return unavailable(`Yahoo Finance did not answer with prices of ${asked}: ${message} Try again later.`, fault);
  }
}

/** Whether the same request may succeed a moment later. */
export function isTransient({ kind }: YahooFault): boolean {
  return kind === 'throttled' || kind === 'unreachable' || kind === 'garbage' || kind === 'unauthorized';
}
