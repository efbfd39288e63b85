import { describe, expect, it } from 'vitest';
import { SendGate } from '../../src/orders/send-gate.ts';

describe('the send gate', () => {
  it('lets sends pass until it is closed, and none until it is opened', () => {
    const gate = new SendGate();
    expect(gate.admits(1, 0)).toBe(true);
    gate.close(1);

    expect(gate.admits(1, 0)).toBe(false);
    // A decision that was made elsewhere opens nothing.
    gate.observe(1, 5);
    expect(gate.admits(1, 5)).toBe(false);
  });

  it('shuts every older epoch for ever when it is opened for a new one', () => {
    const gate = new SendGate();
    gate.close(1);
    gate.open(1, 3);

    expect(gate.admits(1, 2)).toBe(false);
    expect(gate.admits(1, 3)).toBe(true);
    expect(gate.admits(1, 4)).toBe(true);
  });

  it('refuses what was decided before an epoch that is known', () => {
    const gate = new SendGate();
    gate.observe(1, 2);
    gate.observe(1, 1);

    expect(gate.admits(1, 1)).toBe(false);
    expect(gate.admits(1, 2)).toBe(true);
  });

  it('knows owners apart', () => {
    const gate = new SendGate();
    gate.close(1);

    expect(gate.admits(2, 0)).toBe(true);
  });
});
