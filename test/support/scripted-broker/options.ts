/** What a scripted broker is started with; plain JSON, because it may run in a process of its own. */
export interface ScriptedBrokerOptions {
  /** Where the broker's clock starts; null: the machine's time. Default null. */
  readonly startAt?: string | null;
  /** Whether everything trades always, or as in New York. Default true. */
  readonly isAlwaysOpen?: boolean;
  /** Default `100000`. */
  readonly initialCash?: string;
  /** Per fill; default `0`. */
  readonly fee?: string;
  /** Default true. */
  readonly short?: boolean;
  /** Default true. */
  readonly extendedHours?: boolean;
  /** After which time a `late` request is done, in ms; null: when the test releases it. Default 300. */
  readonly lateMs?: number | null;
  /** Decides of the jitter. Default 1. */
  readonly seed?: number;
}
