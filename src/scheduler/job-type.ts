/** What a job does: job types are supplied from outside, the scheduler knows none. */
import type { Principal } from '../access/index.ts';
import type { JsonObject } from '../core/index.ts';
import { invalid, shown } from '../core/index.ts';
import type { CatchupPolicy } from './plan.ts';

/** The words for what jobs do; which of them this server can do is a matter of the registry. */
export const JOB_TYPES = ['market_scan', 'portfolio_check', 'ai_analysis', 'alert_check'] as const;
export type JobTypeName = (typeof JOB_TYPES)[number];

/** One run, as its work sees it. */
export interface RunContext {
  /** The owner of the job, with every scope that a job may use. */
  readonly principal: Principal;
  /** As `parseConfig` made it. */
  readonly config: JsonObject;
  readonly runId: number;
  readonly scheduledFor: Date;
  /** How much later than that it was started. */
  readonly latenessMs: number;
  /** False when it was started so late that it may only suggest. */
  readonly mayPlaceOrders: boolean;
  readonly correlationId: string;
  /** Cursor of the event that tells of the run's start. */
  readonly causationId: bigint;
  /** Aborts when the run has taken too long or the server closes. */
  readonly signal: AbortSignal;
}

/** What came of a run: a sentence, and everything that it found. */
export interface RunOutput {
  readonly summary: string;
  readonly output: JsonObject;
}

/** A kind of work that can be scheduled. */
export interface JobType {
  readonly name: JobTypeName;
  /** A sentence for a person. */
  readonly description: string;
  /** Whether it may place orders: it then runs once a minute at most, never late, and never again after a crash. */
  readonly placesOrders: boolean;
  /** What becomes of missed times where a job does not say. */
  readonly catchupPolicy: CatchupPolicy;
  /**
   * Checks a config from outside and fills in its defaults.
   *
   * @throws {DomainError} VALIDATION at `config` or below
   */
  parseConfig(raw: unknown, principal: Principal): Promise<JsonObject>;
  /** Does the work; throws when it cannot. */
  run(context: RunContext): Promise<RunOutput>;
}

/** The job types of a server, by name. */
export class JobTypeRegistry {
  readonly #types: ReadonlyMap<string, JobType>;
  readonly #absent: ReadonlyMap<string, string>;

  /** @param absent why each type that the server does not have is missing, as the end of a sentence */
  constructor(types: readonly JobType[], absent: Readonly<Partial<Record<JobTypeName, string>>> = {}) {
    this.#types = new Map(types.map((type) => [type.name, type]));
    this.#absent = new Map(Object.entries(absent));
  }

  /** @throws {DomainError} VALIDATION at `jobType` saying why it is not there */
  get(name: string): JobType {
    const type = this.#types.get(name);
    if (type !== undefined) return type;
    const reason = this.#absent.get(name);
    if (reason !== undefined) throw invalid('jobType', `This server cannot run ${name}: ${reason}`);
    throw invalid('jobType', `jobType must be one of ${[...this.#types.keys()].join(', ')}; found ${shown(name)}.`);
  }

  /** Undefined when the server does not have it (any more). */
  find(name: string): JobType | undefined {
    return this.#types.get(name);
  }

  list(): readonly JobType[] {
    return [...this.#types.values()];
  }
}
