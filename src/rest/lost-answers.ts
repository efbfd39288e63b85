/**
 * Answers that nobody can get any more. When a connection dies, Node says `close` on the response that is being written, but not
 * on those that wait behind it for their turn on the same connection (pipelining): whatever ends with `close`, such as a place
 * among the requests under way or the source of a stream, would be held for ever. Here they are told, too.
 */
import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The listener, with `close` said on every response whose connection is lost, wherever it stands in the line. */
export function closeLostAnswers(listener: RequestListener): RequestListener {
  const lines = new WeakMap<Socket, Set<ServerResponse>>();
  return (request, response) => {
    // Node gives the socket to the first one in the line at once.
    if (response.socket === null) {
      const line = lines.get(request.socket) ?? newLine(request.socket);
      lines.set(request.socket, line);
      line.add(response);
      response.once('close', () => line.delete(response));
    }
    return listener(request, response);
  };
}

function newLine(socket: Socket): Set<ServerResponse> {
  const line = new Set<ServerResponse>();
  socket.once('close', () => {
    for (const response of line) if (response.socket === null) loseAnswer(response);
  });
  return line;
}

function loseAnswer(response: ServerResponse): void {
  // What is still to be piped into it would wait for ever for a place in it.
  response.on('pipe', (source) => source.destroy());
  response.destroy();
  response.emit('close');
}
