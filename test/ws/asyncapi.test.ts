import { describe, expect, it } from 'vitest';
import { asyncApiDocument, WEBSOCKET_CHANNELS } from '../../src/ws/index.ts';

const document = asyncApiDocument(WEBSOCKET_CHANNELS, '1.2.3');

/** What a `$ref` of the document points to. */
function resolve(reference: string): unknown {
  const keys = reference.split('/').slice(1);
  return keys.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document);
}

describe('the AsyncAPI document', () => {
  it('describes each channel that is served, and GraphQL', () => {
    const addresses = Object.values(document['channels'] ?? {}).map((channel) => channel.address);

    expect(document).toMatchObject({ asyncapi: '3.0.0', info: { version: '1.2.3' } });
    expect(addresses).toEqual([...WEBSOCKET_CHANNELS.map(({ path }) => path), '/graphql']);
  });

  it('refers to nothing that it does not have', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, reference]) => reference ?? '',
    );

    expect(references.length).toBeGreaterThan(5);
    expect(references.filter((reference) => resolve(reference) === undefined)).toEqual([]);
  });

  it('describes every message and its fields', () => {
    const messages = WEBSOCKET_CHANNELS.flatMap((channel) => Object.keys(channel.messages));

    for (const type of [...messages, 'connected', 'cursor_expired', 'error']) {
      expect(resolve(`#/components/messages/${type}`)).toMatchObject({
        name: type,
        summary: expect.stringMatching(/\w/),
        payload: { type: 'object', properties: { type: { const: type } } },
      });
    }
  });
});
