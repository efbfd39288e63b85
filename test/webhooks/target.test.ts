/** Where webhooks may not go, whatever it is called and whatever its name says when it is asked again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/core/index.ts';
import { addressCheck } from '../../src/webhooks/addresses.ts';
import { checkTarget, parseTarget } from '../../src/webhooks/target.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { composeWebhooks } from '../support/webhooks.ts';

const STRICT = { allowHttp: false, allowPrivate: false } as const;

/** Addresses of the inside and of nowhere. */
const INSIDE = [
  ...[
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
  ],
  ...[
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
  ],
  ...['203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '168.63.129.16'],
  ...[
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '64:ff9b::8.8.8.8',
  ],
  ...['64:ff9b:1::1', '100::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fec0::1', 'ff02::1', '2001::1', '2001:db8::1'],
  ...['2002:7f00:1::', '3fff::1', '5f00::1'],
];

const OUTSIDE = [
  '1.1.1.1',
  '8.8.8.8',
  '100.63.255.255',
  '172.32.0.1',
  '192.0.1.1',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450::1',
];

function refusal(url: string, policy: Parameters<typeof parseTarget>[1] = STRICT): string {
  try {
    return `accepted ${parseTarget(url, policy)}`;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error).toMatchObject({ code: 'VALIDATION', fields: [{ path: ['url'] }] });
    return error.message;
  }
}

/** As it stands in a URL. */
function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

describe('the addresses of webhooks', () => {
  it.each(INSIDE)('are not %s', (address) => {
    expect(addressCheck(STRICT)(address)).toBe(false);
    expect(refusal(`https://${inUrl(address)}/`)).toContain('private network or nowhere');
  });

  it.each(OUTSIDE)('may be %s', (address) => {
    expect(addressCheck(STRICT)(address)).toBe(true);
    expect(refusal(`https://${inUrl(address)}/`)).toContain('accepted');
  });

  it('are what the operator allows: named networks, or the private ones without metadata and multicast', () => {
    const some = addressCheck({ allowHttp: false, allowPrivate: ['10.1.0.0/16', 'fd00::/8'] });
    const all = addressCheck({ allowHttp: false, allowPrivate: true });

    expect(['10.1.2.3', 'fd00::1', '10.2.0.1', '127.0.0.1', '::ffff:10.1.2.3'].map(some)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(['10.2.0.1', '127.0.0.1', '::1', 'fd00::1', '100.64.0.1'].every(all)).toBe(true);
    expect(['169.254.169.254', 'fe80::1', '224.0.0.1', '0.0.0.0', '::', '::ffff:10.0.0.1'].some(all)).toBe(false);
  });

  it.each(['', 'junk', '1.2.3', '8.8.8.8%eth0', 'fe80::1%1', 'localhost'])('are addresses: %j', (text) => {
    expect(addressCheck({ allowHttp: true, allowPrivate: true })(text)).toBe(false);
  });
});

describe('the url of a webhook', () => {
  it.each([
    ['http://example.com/', 'must begin with https://'],
    ['file:///etc/passwd', 'must begin with https://'],
    ['gopher://example.com/', 'must begin with https://'],
    ['javascript:alert(1)', 'must begin with https://'],
    ['https://user@example.com/', 'no user name and no password'],
    ['https://:secret@example.com/', 'no user name and no password'],
    ['https://example.com:22/', 'it has 22'],
    ['https://example.com:0/', 'it has 0'],
    ['https://example.com:1023/', 'it has 1023'],
    ['https://2130706433/', 'private network'],
    ['https://0x7f.1/', 'private network'],
    ['https://017700000001/', 'private network'],
    ['https://127.1/', 'private network'],
    ['https://１２７.０.０.１/', 'private network'],
    ['https://[::ffff:7f00:1]/', 'private network'],
    ['https://localhost/', 'private network'],
    ['https://LOCALHOST./', 'private network'],
    ['https://a.localhost/', 'private network'],
    ['https://metadata.google.internal/computeMetadata/v1/', 'private network'],
    ['https://printer.local/', 'private network'],
    ['https://intranet/', 'private network'],
    ['', 'must be an address'],
    ['example.com', 'must be an address'],
    [`https://example.com/${'x'.repeat(2048)}`, 'at most 2048 characters'],
  ])('is not %s', (url, reason) => {
    expect(refusal(url)).toContain(reason);
  });

  it('is in its normal form, without a fragment', () => {
    expect(parseTarget(' HTTPS://Example.COM:443/a b?c=d#e ', STRICT)).toBe('https://example.com/a%20b?c=d');
    expect(parseTarget('https://example.com:8443/hook', STRICT)).toBe('https://example.com:8443/hook');
  });

  it('may be without TLS and on the inside where the operator says so', () => {
    const policy = { allowHttp: true, allowPrivate: true };

    expect(parseTarget('http://receiver:8080/hook', policy)).toBe('http://receiver:8080/hook');
    expect(parseTarget('http://localhost:8080/hook', policy)).toBe('http://localhost:8080/hook');
    expect(refusal('http://169.254.169.254/latest/meta-data/', policy)).toContain('private network');
    expect(refusal('ftp://receiver/', policy)).toContain('must begin with https: or http://');
  });
});

describe('the name of a webhook', () => {
  const signal = new AbortController().signal;
  const check = (addresses: readonly string[]) =>
    checkTarget(new URL('https://example.com/'), { policy: STRICT, signal, resolve: () => Promise.resolve(addresses) });

  it('leads to the outside with all of its addresses, or is not connected to', async () => {
    expect(await check(['1.1.1.1', '2606:4700::1111'])).toMatchObject({ addresses: ['1.1.1.1', '2606:4700::1111'] });
    await expect(check(['1.1.1.1', '10.0.0.1'])).rejects.toThrow('leads to an address on a private network');
    await expect(check(['fe80::1'])).rejects.toThrow('leads to an address on a private network');
    await expect(check([])).rejects.toThrow('leads to no address');
  });
});

describe('a name that leads somewhere else when it is asked again', () => {
  let on: TestDatabase;
  let wanted: WebhookReceiver;
  let inside: WebhookReceiver;
  beforeAll(async () => {
    on = await createTestDatabase('sqlite');
    wanted = await startReceiver('127.0.0.9');
    inside = await startReceiver('127.0.0.1');
  });
  afterAll(async () => {
    await Promise.all([wanted.close(), inside.close()]);
    await on.drop();
  });

  it('is asked once for each attempt, and the connection goes where it led then', async () => {
    const asked: string[] = [];
    const answers = [['127.0.0.9'], ['127.0.0.1']];
    const webhooks = await composeWebhooks(on, {
      webhookTargets: { allowHttp: true, allowPrivate: ['127.0.0.9/32'] },
      resolve: (hostname) => {
        asked.push(hostname);
        return Promise.resolve(answers[asked.length - 1] ?? []);
      },
    });
    const url = wanted.url.replace('127.0.0.9', 'localhost');
    const { id } = await webhooks.addDestination(url);
    await webhooks.tell();
    await webhooks.dispatcher.settle();
    await webhooks.tell();
    await webhooks.dispatcher.settle();

    expect(wanted.received).toHaveLength(1);
    expect(wanted.received[0]?.headers.host).toBe(new URL(url).host);
    expect(inside.received).toEqual([]);
    expect(asked).toEqual(['localhost', 'localhost']);
    expect(await webhooks.deliveriesTo(id)).toMatchObject([
      { status: 'delivered' },
      { status: 'pending', attempts: 1, lastError: 'Its name leads to an address on a private network.' },
    ]);
    await webhooks.close();
  });
});
