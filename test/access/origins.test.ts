import { describe, expect, it } from 'vitest';
import { changeAllowed, hostAllowed, originAllowed } from '../../src/access/index.ts';

const policy = { allowedOrigins: ['https://app.example.com', 'http://desk.example.com:3000'] };

describe('the Host header', () => {
  it.each([
    'localhost',
    'LOCALHOST:8000',
    'localhost:1',
    '127.0.0.1',
    '127.0.0.1:8000',
    '127.255.255.254:65535',
    '[::1]',
    '[::1]:8000',
    'app.example.com',
    'App.Example.com:443',
    'desk.example.com:3000',
  ])('allows %s', (host) => {
    expect(hostAllowed(host, policy)).toBe(true);
  });

  it.each([
    undefined,
    '',
    ' ',
    'evil.example',
    'evil.example:8000',
    'localhost.evil.example',
    'sub.localhost',
    'localhost.',
    'localhost:',
    'localhost:port',
    'localhost:8000:8000',
    'localhost, evil.example',
    'localhost@evil.example',
    'evil.example#localhost',
    'http://localhost',
    'localhost/',
    '127.0.0.1.nip.io',
    '127.0.0.256',
    '127.0.0',
    '0177.0.0.1',
    '127.000.000.001',
    '2130706433',
    '0x7f.0.0.1',
    '0.0.0.0',
    '::1',
    '[::]',
    '[::1%lo]',
    '[::1',
    '[::ffff:127.0.0.1]',
    '169.254.169.254',
    'ⓛocalhost',
    'lоcalhost',
    'app.example.com:8443',
    'desk.example.com',
    'app.example.com.evil.example',
    'notapp.example.com',
    'localhost\r\nX: 1',
    '__proto__',
  ])('refuses %j', (host) => {
    expect(hostAllowed(host, policy)).toBe(false);
  });

  it('allows loopback names only when no origin is configured', () => {
    const loopbackOnly = { allowedOrigins: [] };

    expect(hostAllowed('localhost:8000', loopbackOnly)).toBe(true);
    expect(hostAllowed('app.example.com', loopbackOnly)).toBe(false);
  });
});

describe('the Origin header', () => {
  it.each([
    undefined,
    'http://localhost',
    'http://localhost:3000',
    'https://127.0.0.1:8443',
    'http://127.9.9.9',
    'http://[::1]:5173',
    'https://app.example.com',
    'http://desk.example.com:3000',
  ])('allows %s', (origin) => {
    expect(originAllowed(origin, policy)).toBe(true);
  });

  it.each([
    'null',
    '',
    '*',
    'https://evil.example',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://app.example.com/',
    'https://app.example.com.evil.example',
    'https://evil.example?https://app.example.com',
    'http://localhost.evil.example',
    'http://sub.localhost',
    'http://localhost@evil.example',
    'http://user@localhost',
    'http://localhost/',
    'http://localhost:80',
    'http://localhost http://evil.example',
    'http://localhost, http://evil.example',
    'HTTP://localhost',
    'http://LOCALHOST',
    'http://2130706433',
    'http://0.0.0.0',
    'file://',
    'file://localhost',
    'ftp://localhost',
    'chrome-extension://localhost',
    'javascript:localhost',
    '//localhost',
    'localhost',
    'http://',
    'http://[::1',
  ])('refuses %j', (origin) => {
    expect(originAllowed(origin, policy)).toBe(false);
  });
});

describe('a change of state', () => {
  it.each([
    { origin: undefined, fetchSite: undefined, allowed: true },
    { origin: undefined, fetchSite: 'same-origin', allowed: true },
    { origin: undefined, fetchSite: 'none', allowed: true },
    { origin: undefined, fetchSite: 'cross-site', allowed: false },
    { origin: undefined, fetchSite: 'same-site', allowed: false },
    { origin: undefined, fetchSite: 'nonsense', allowed: false },
    { origin: 'https://app.example.com', fetchSite: 'cross-site', allowed: true },
    { origin: 'https://evil.example', fetchSite: 'same-origin', allowed: false },
    { origin: 'null', fetchSite: undefined, allowed: false },
  ])('with Origin $origin and Sec-Fetch-Site $fetchSite is allowed: $allowed', ({ allowed, ...request }) => {
    expect(changeAllowed(request, policy)).toBe(allowed);
  });
});
