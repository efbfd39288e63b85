import { describe, expect, it } from 'vitest';
import { SendGate } from '../../src/orders/send-gate.ts';

describe('the send gate', () => {
  it('lets sends in until it is closed, and none until it is opened', () => {
    const gate = new SendGate();
    const leave = gate.enter(1, 0);
    gate.close(1);

    expect(leave).not.toBeNull();
    expect(gate.enter(1, 0)).toBeNull();
    // A decision that was made elsewhere opens nothing.
    gate.observe(1, 5);
    expect(gate.enter(1, 5)).toBeNull();
  });

  it('shuts every older epoch for ever when it is opened for a new one', () => {
    const gate = new SendGate();
    gate.close(1);
    gate.open(1, 3);

    expect(gate.enter(1, 2)).toBeNull();
    expect(gate.enter(1, 3)).not.toBeNull();
    expect(gate.enter(1, 4)).not.toBeNull();
  });

  it('refuses what was decided before an epoch that is known', () => {
    const gate = new SendGate();
    gate.observe(1, 2);
    gate.observe(1, 1);

    expect(gate.enter(1, 1)).toBeNull();
    expect(gate.enter(1, 2)).not.toBeNull();
  });

  it('tells when the last one has left, to all who wait; leaving twice counts once', async () => {
    const gate = new SendGate();
    const leaves = [gate.enter(1, 0), gate.enter(1, 0)];
    let idle = 0;
    const waiting = [gate.whenIdle(1), gate.whenIdle(1)].map((each) => each.then(() => (idle += 1)));

    leaves[0]?.();
    leaves[0]?.();
    await Promise.resolve();
    expect(idle).toBe(0);
    leaves[1]?.();
    await Promise.all(waiting);
    expect(idle).toBe(2);
    await gate.whenIdle(1);
  });

  it('knows owners apart', () => {
    const gate = new SendGate();
    gate.close(1);

    expect(gate.enter(2, 0)).not.toBeNull();
  });
});
