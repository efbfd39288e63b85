import { afterEach, describe, expect, it } from 'vitest';
import { cursorOf, pause, type SocketBench, SocketClient, startSockets, until } from '../support/sockets.ts';

let bench: SocketBench;
afterEach(() => bench.stop());

const texts = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `event ${from + i}`);

describe('a channel', () => {
  it('first says that it is connected, with the newest cursor', async () => {
    bench = await startSockets();
    await bench.append(texts(3));

    const client = await SocketClient.open(bench, '/ws/things');

    expect(await client.next()).toEqual({ type: 'connected', channel: 'things', cursor: '3' });
  });

  it('tells stored events with their cursor and ticks of progress without', async () => {
    bench = await startSockets();
    const client = await SocketClient.open(bench, '/ws/things');
    await client.next();

    await bench.append(['stored']);
    const stored = await client.next();
    // A tick is not kept for those who have not caught up yet.
    await until(() => {
      bench.tick('moved');
      return client.messages.length > 2;
    });
    const tick = await client.next();

    expect(stored).toEqual({ type: 'thing', at: expect.stringMatching(/Z$/), cursor: '1', text: 'stored' });
    expect(tick).toEqual({ type: 'thing', at: '1970-01-01T00:00:00.000Z', text: 'moved' });
  });

  it('leaves out events that it has no message for', async () => {
    bench = await startSockets();
    const client = await SocketClient.open(bench, '/ws/things');

    await bench.append(['one', 'secret', 'two']);

    expect(await client.take(3)).toMatchObject([{ type: 'connected' }, { text: 'one' }, { text: 'two' }]);
  });

  it('passes parameters of its own on, and ignores others', async () => {
    bench = await startSockets();
    const client = await SocketClient.open(bench, '/ws/things?subject=2&unknown=1');

    await bench.append(['other'], 1);
    await bench.append(['mine'], 2);

    expect(await client.take(2)).toMatchObject([{ type: 'connected' }, { text: 'mine' }]);
  });

  it('misses nothing that happens while clients connect', async () => {
    bench = await startSockets();
    const writing = (async () => {
      for (let i = 0; i < 40; i += 1) await bench.append(texts(3, i * 3));
    })();

    const clients = await Promise.all(Array.from({ length: 20 }, () => SocketClient.open(bench, '/ws/things')));
    await writing;

    for (const client of clients) {
      const head = cursorOf(await client.next());
      const heard = await client.take(120 - head);
      expect(heard.map(cursorOf)).toEqual(Array.from({ length: 120 - head }, (_, i) => head + 1 + i));
    }
  });

  it('misses nothing that happens while its subscription begins', async () => {
    bench = await startSockets({ subscribeDelayMs: 100 });

    const client = await SocketClient.open(bench, '/ws/things');
    await bench.append(['early']);

    expect(await client.take(2)).toMatchObject([{ type: 'connected', cursor: '0' }, { text: 'early' }]);
  });

  it('ends the subscription when its client leaves', async () => {
    bench = await startSockets();
    const client = await SocketClient.open(bench, '/ws/things');
    await client.next();
    await until(() => bench.journal.subscriberCount === 1);

    await client.leave();

    await until(() => bench.journal.subscriberCount === 0 && bench.sockets.connectionCount === 0);
  });

  it('ends the subscription of a client that leaves before it has begun', async () => {
    bench = await startSockets({ subscribeDelayMs: 100 });
    const client = await SocketClient.open(bench, '/ws/things');
    client.socket.terminate();
    await until(() => bench.sockets.connectionCount === 0);

    await pause(200);

    expect(bench.journal.subscriberCount).toBe(0);
    expect(bench.errors).toEqual([]);
  });

  it('is closed when the stream behind it ends', async () => {
    bench = await startSockets();
    const client = await SocketClient.open(bench, '/ws/things');
    await client.next();

    await bench.journal.close();

    expect(await client.closed).toMatchObject({ code: 1001, reason: expect.stringContaining('last cursor') });
  });
});

describe('coming back with a cursor', () => {
  it('replays what was missed and goes on live, without a gap or a repeat, however often', async () => {
    bench = await startSockets();
    const heard: number[] = [];
    const writing = (async () => {
      for (let i = 0; i < 60; i += 1) await bench.append(texts(5, i * 5));
    })();

    while (heard.length < 300) {
      const client = await SocketClient.open(bench, `/ws/things?after=${heard.at(-1) ?? 0}`);
      expect(await client.next()).toMatchObject({ type: 'connected' });
      const wanted = Math.min(21, 300 - heard.length);
      heard.push(...(await client.take(wanted)).map(cursorOf));
      client.socket.terminate();
    }
    await writing;

    expect(heard).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
  });

  it('is told that the cursor is expired, with the oldest one, and closed with 4410', async () => {
    bench = await startSockets();
    await bench.append(texts(10));
    await bench.prune(8n);

    const client = await SocketClient.open(bench, '/ws/things?after=2');

    expect(await client.take(2)).toEqual([
      { type: 'connected', channel: 'things', cursor: '10' },
      { type: 'cursor_expired', oldest: '8' },
    ]);
    expect((await client.closed).code).toBe(4410);
  });

  it('replays from just before the oldest', async () => {
    bench = await startSockets();
    await bench.append(texts(10));
    await bench.prune(8n);

    const client = await SocketClient.open(bench, '/ws/things?after=7');

    const [, ...events] = await client.take(4);
    expect(events.map(cursorOf)).toEqual([8, 9, 10]);
  });

  it.each([
    ['', /it is ""/],
    ['abc', /it is "abc"/],
    ['-1', /decimal digits/],
    ['1.5', /decimal digits/],
    ['0x10', /decimal digits/],
    ['1e3', /decimal digits/],
    ['٣', /decimal digits/],
    ['9223372036854775808', /decimal digits/],
    ['99999999999999999999', /decimal digits/],
    ['漢'.repeat(60), /it is "漢{40}"/],
    ['1%00', /decimal digits/],
    ['99', /99 does not exist yet/],
  ])('is refused with 4400 when the cursor is %j', async (after, message) => {
    bench = await startSockets();

    const client = await SocketClient.open(bench, `/ws/things?after=${encodeURI(after)}`);

    expect(await client.take(2)).toMatchObject([
      { type: 'connected' },
      { type: 'error', code: 'VALIDATION', message: expect.stringMatching(message) },
    ]);
    expect((await client.closed).code).toBe(4400);
  });

  it('is refused with 4400 when a parameter of the channel is wrong', async () => {
    bench = await startSockets();

    const client = await SocketClient.open(bench, '/ws/things?subject=x');

    expect(await client.take(2)).toMatchObject([{ type: 'connected' }, { type: 'error', code: 'VALIDATION' }]);
    expect((await client.closed).code).toBe(4400);
  });
});

describe('a client that stops reading', () => {
  it('is closed with 1013, slows nobody down, and comes back without a gap or a repeat', async () => {
    bench = await startSockets({ queueLimit: 50 });
    const live = await Promise.all(Array.from({ length: 50 }, () => SocketClient.open(bench, '/ws/things')));
    const stalled = await SocketClient.open(bench, '/ws/padded');
    await Promise.all([...live, stalled].map((client) => client.next()));
    stalled.socket.pause();

    const events = 300;
    for (let i = 0; i < events; i += 5) await bench.append(texts(5, i));
    const heard = await Promise.all(live.map((client) => client.take(events)));

    expect(heard.every((messages) => messages.at(-1)?.['cursor'] === String(events))).toBe(true);
    // The padded messages would be 75 MB; only what the system buffers was taken for this client.
    await until(() => bench.journal.subscriberCount === 50);
    stalled.socket.resume();
    expect(await stalled.closed).toMatchObject({ code: 1013, reason: expect.stringContaining('?after=') });

    const before = stalled.messages.slice(1).map(cursorOf);
    const returned = await SocketClient.open(bench, `/ws/things?after=${before.at(-1) ?? 0}`);
    await returned.next();
    const rest = (await returned.take(events - before.length)).map(cursorOf);
    expect(before.length).toBeLessThan(events);
    expect([...before, ...rest]).toEqual(Array.from({ length: events }, (_, i) => i + 1));
  });

  it('is closed with 1013 when nothing of what waits for it is taken for some time', async () => {
    bench = await startSockets({ tickMs: 500 });
    const stalled = await SocketClient.open(bench, '/ws/padded');
    await stalled.next();
    stalled.socket.pause();
    await bench.append(texts(200));

    // It counts as stalled after its third tick, and would be dropped three ticks later.
    await pause(2000);
    stalled.socket.resume();

    expect(await stalled.closed).toMatchObject({ code: 1013, reason: expect.stringContaining('stopped reading') });
  });

  it('is dropped if it does not answer that it is closed', async () => {
    bench = await startSockets({ tickMs: 50 });
    const stalled = await SocketClient.open(bench, '/ws/padded');
    await stalled.next();
    stalled.socket.pause();

    await bench.append(texts(200));

    await until(() => bench.sockets.connectionCount === 0);
    expect(bench.journal.subscriberCount).toBe(0);
  });
});
