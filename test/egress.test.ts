/** The guard that keeps tests on this machine (egress-guard.mjs) catches what it has to, here and in processes. */
import { lookup } from 'node:dns';
import { get } from 'node:http';
import { connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { takeEscapes } from './support/egress.ts';
import { mayConnect } from './support/egress-guard.mjs';
import { dataFolder, endServers, launchCommand } from './support/server-process.ts';

afterEach(endServers);

/** The way in which a connection ended. */
function failure(start: () => { once(event: 'error', heard: (error: Error) => void): unknown }): Promise<Error> {
  return new Promise((resolve) => {
    start().once('error', resolve);
  });
}

describe('the guard of egress', () => {
  it('lets tests talk to this machine', () => {
    for (const host of ['localhost', '127.0.0.1', '127.8.9.1', '::1', '[::1]', '::ffff:127.0.0.1', undefined]) {
      expect(mayConnect(host), host).toBe(true);
    }
  });

  it.each([
    ['a socket', () => connect(443, '192.0.2.1'), 'connect 192.0.2.1'],
    ['a socket with options', () => connect({ port: 443, host: 'broker.example' }), 'connect broker.example'],
    ['TLS', () => connectSecurely({ port: 443, host: '2001:db8::1' }), 'connect 2001:db8::1'],
    ['HTTP', () => get('http://192.0.2.2/orders'), 'connect 192.0.2.2'],
  ] as const)('fails %s that leaves, and remembers it', async (_, start, expected) => {
    const error = await failure(start);

    expect(error).toMatchObject({ code: 'EGRESS' });
    expect(takeEscapes()).toEqual([expected]);
  });

  it('fails fetch, and remembers it although the error is swallowed', async () => {
    await fetch('https://api.broker.example/v2/orders').catch(() => undefined);

    expect(takeEscapes()).toEqual(['connect api.broker.example']);
  });

  it('fails look-ups of names', async () => {
    const error = await new Promise<Error | null>((resolve) => lookup('broker.example', resolve));

    expect(error).toMatchObject({ code: 'EGRESS' });
    expect(takeEscapes()).toEqual(['lookup broker.example']);
  });

  it('watches the processes that tests start', async () => {
    const script = "fetch('https://live.broker.example').catch((error) => console.log(error.cause.code))";
    const child = launchCommand(process.execPath, ['-e', script], { DATA_DIR: dataFolder() });
    await child.exited;

    expect(child.stdout()).toBe('EGRESS\n');
    expect(takeEscapes()).toEqual(['connect live.broker.example']);
  });
});
