/** The log: JSON lines, one per request, without bodies, headers or query strings, so that no secret can end in it. */
import { type DestinationStream, type Logger, type LoggerOptions, pino, stdSerializers, stdTimeFunctions } from 'pino';

/** Keys that are never written in clear, wherever up to two levels deep somebody logs them. */
const SECRETS = ['authorization', 'cookie', 'password', 'secret', 'token', 'apiKey', 'api_key', 'databaseUrl'];

const options: LoggerOptions = {
  base: null,
  timestamp: stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  redact: { paths: SECRETS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
  serializers: { err: stdSerializers.errWithCause },
};

/** A logger that writes to `destination`, by default to standard output. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return destination === undefined ? pino({ ...options, level }) : pino({ ...options, level }, destination);
}
