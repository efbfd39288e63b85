/**
 * WebSockets: GraphQL for clients at `/graphql`, and the facade's channels at `/ws/*`. Both run on the GraphQL pipeline;
 * nothing is decided here but who may connect, how much may wait, and how a stream ends.
 */
export { asyncApiDocument } from './asyncapi.ts';
export { type Channel, type ChannelDefinition, type ChannelRequest, defineChannel } from './channel.ts';
export { WEBSOCKET_CHANNELS } from './channels.ts';
export { attachWebSockets, type WebSocketOptions, type WebSockets } from './server.ts';
