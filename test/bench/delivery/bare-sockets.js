// The least that a server of WebSockets does: sends each text that its parent gives it to everybody who is connected.
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('listening', () => process.send?.(server.address().port));
process.on('message', (text) => {
  for (const client of server.clients) client.send(text);
});
process.on('disconnect', () => process.exit());
