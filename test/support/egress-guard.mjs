/**
 * Nothing of a test leaves this machine: connections and look-ups of names that are not loopback fail, and are written down in the
 * file that EGRESS_LOG names, so that they are seen even where the error is swallowed. Loaded before everything else
 * (`--import`), in the processes of vitest and in those that tests start; plain JavaScript, because those run without a loader.
 */
import { appendFileSync } from 'node:fs';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/** Databases of tests may run elsewhere. */
const databases = ['TEST_POSTGRES_URL', 'DATABASE_URL'].flatMap((name) => hostOf(process.env[name]));

function hostOf(url) {
  return URL.canParse(url ?? '') ? [new URL(url).hostname] : [];
}

/** Whether a host is this machine, or one that tests may know. */
export function mayConnect(host) {
  if (host === undefined || host === null || host === '' || databases.includes(host)) return true;
  const bare = String(host).replace(/^\[|\]$/g, '').toLowerCase();
  if (bare === 'localhost' || bare === '::1' || bare === '::' || bare === '0.0.0.0') return true;
  return net.isIPv4(bare.replace(/^::ffff:/, '')) && bare.replace(/^::ffff:/, '').startsWith('127.');
}

function refuse(what) {
  const log = process.env.EGRESS_LOG;
  if (log !== undefined) appendFileSync(log, `${what}\n`);
  return Object.assign(new Error(`Tests do not leave this machine: ${what}`), { code: 'EGRESS' });
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function guarded(...args) {
  // Node passes its own normalised form, an array, or what the caller gave: options, or a port and a host.
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  const host = typeof first === 'object' && first !== null ? first.host : second;
  if (typeof host !== 'string' || mayConnect(host)) return connect.apply(this, args);
  const error = refuse(`connect ${host}`);
  // As a connection that fails: later, when whoever asked for it listens.
  this.connecting = true;
  setImmediate(() => this.destroy(error));
  return this;
};

for (const [owner, names] of [
  [dns, ['lookup', 'resolve', 'resolve4', 'resolve6']],
  [dns.promises, ['lookup', 'resolve', 'resolve4', 'resolve6']],
]) {
  for (const name of names) {
    const original = owner[name];
    owner[name] = function guarded(host, ...rest) {
      if (mayConnect(host)) return original.call(this, host, ...rest);
      const error = refuse(`${name} ${host}`);
      const callback = rest.at(-1);
      if (typeof callback !== 'function') return Promise.reject(error);
      process.nextTick(callback, error);
      return undefined;
    };
  }
}
syncBuiltinESMExports();
