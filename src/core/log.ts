/** What the domains log with; pino satisfies it. The first argument carries facts, the second is a sentence. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
