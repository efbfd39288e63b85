/** Time zones: what the clocks on the wall show at an instant, and at which instants they show a given time. */
import { DAY_MS, invalid, memberOf } from '../../core/index.ts';

/** A time on the wall, as the epoch milliseconds that it would be in UTC. */
export type WallTime = number;

const HOUR_MS = 3_600_000;

const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

/** An IANA time zone. */
export class Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  /** Offsets by hour of the epoch whose beginning and end agree: changes of clocks are rare. */
  readonly #offsets = new Map<number, number>();

  constructor(name: string) {
    this.name = name;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** What is added to UTC at an instant, in ms. */
  offsetAt(instant: number): number {
    const hour = Math.floor(instant / HOUR_MS);
    const known = this.#offsets.get(hour);
    if (known !== undefined) return known;
    const first = this.#measure(hour * HOUR_MS);
    if (first !== this.#measure((hour + 1) * HOUR_MS - 1000)) return this.#measure(instant);
    if (this.#offsets.size > 100_000) this.#offsets.clear();
    this.#offsets.set(hour, first);
    return first;
  }

  /** What the clocks show at an instant. */
  wallTime(instant: number): WallTime {
    return instant + this.offsetAt(instant);
  }

  /** The instants at which the clocks show a time: none in the gap of a change, two in its repetition, else one; ascending. */
  instantsOf(wall: WallTime): readonly number[] {
    const offsets = new Set([this.offsetAt(wall - DAY_MS), this.offsetAt(wall), this.offsetAt(wall + DAY_MS)]);
    return [...offsets]
      .map((offset) => wall - offset)
      .filter((instant) => this.wallTime(instant) === wall)
      .toSorted((a, b) => a - b);
  }

  #measure(instant: number): number {
    const found = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
    for (const { type, value } of this.#format.formatToParts(instant)) {
      if (type in found) found[memberOf(PARTS, type)] = Number(value);
    }
    const { year, month, day, hour, minute, second } = found;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
  }
}

/** Zones that were asked for: each is slow to make. There are some 600, but Node takes their names in any case. */
const known = new Map<string, Zone>();
const MOST_KNOWN = 1000;

/**
 * The zone of this name, as Node knows it.
 *
 * @throws {DomainError} VALIDATION at `path`
 */
export function parseZone(name: string, path = 'timezone'): Zone {
  const made = known.get(name);
  if (made !== undefined) return made;
  // Offsets such as +01:00 are names to Node, but no zones of the IANA.
  if (/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) {
    try {
      const zone = new Zone(name);
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(name, zone);
      return zone;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw invalid(
    path,
    `timezone must be an IANA time zone such as UTC or America/New_York; found ${JSON.stringify(name.slice(0, 60))}.`,
  );
}
