import { expect, it } from 'vitest';
import { serverUrl } from '../../src/cli/server.ts';

it.each([
  [{}, 'http://127.0.0.1:8000'],
  [{ PORT: '8471' }, 'http://127.0.0.1:8471'],
  [{ HOST: '::1', PORT: '9000' }, 'http://[::1]:9000'],
  [{ HOST: 'localhost' }, 'http://localhost:8000'],
])('a command looks for the server where its settings %j put it', (environment, url) => {
  expect(serverUrl(environment)).toBe(url);
});
