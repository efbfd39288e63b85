import { describe, expect, it } from 'vitest';
import { minuteVolume } from '../../src/broker/index.ts';
import { type BarsRequest, SimulatedProvider } from '../../src/market/index.ts';
import { ManualClock } from '../support/clock.ts';

describe('the volume of the latest minute', () => {
  it('is that of the newest minute bar', async () => {
    const clock = new ManualClock('2026-07-08T16:00:30.000Z');
    const provider = new SimulatedProvider({ clock });
    const day = { symbol: 'IBM', interval: '1m', start: '2026-07-08', end: '2026-07-08' } as const;
    const { time, volume } = await provider.bars(day);

    expect(time.at(-1)).toBe(Date.parse('2026-07-08T15:59:00.000Z'));
    expect(await minuteVolume(provider, clock)('IBM')).toBe(volume.at(-1));
  });

  it.each([
    ['before the session', '2026-07-08T13:29:00.000Z'],
    ['before a minute of it is over', '2026-07-08T13:30:30.000Z'],
    ['after it', '2026-07-08T20:05:00.000Z'],
    ['on a Saturday', '2026-07-11T16:00:00.000Z'],
  ])('is not known %s', async (_when, now) => {
    const clock = new ManualClock(now);

    expect(await minuteVolume(new SimulatedProvider({ clock }), clock)('IBM')).toBeNull();
  });

  it('is not known where it is 0', async () => {
    const clock = new ManualClock('2026-07-08T16:00:30.000Z');
    const provider = new SimulatedProvider({ clock });
    const source = Object.assign(new SimulatedProvider({ clock }), {
      bars: async (request: BarsRequest) => {
        const bars = await provider.bars(request);
        return { ...bars, volume: bars.volume.map(() => 0) };
      },
    });

    expect(await minuteVolume(source, clock)('IBM')).toBeNull();
  });

  it('is not known of a source without minutes', async () => {
    const clock = new ManualClock('2026-07-08T16:00:30.000Z');
    const provider = new SimulatedProvider({ clock });
    const daily = { ...provider.capabilities, intervals: ['1d'] as const };
    const source = Object.assign(new SimulatedProvider({ clock }), { capabilities: daily });

    expect(await minuteVolume(source, clock)('IBM')).toBeNull();
  });
});
