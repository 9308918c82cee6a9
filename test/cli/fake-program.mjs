// Stands in for the program that `ensureServer` starts: `node fake-program.mjs <port> <how> serve`.
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [, , port, how] = process.argv;
const home = process.env.CLAMBAKE_HOME ?? '';
appendFileSync(join(home, 'starts'), `${process.pid}\n`);
writeFileSync(join(home, 'environment.json'), JSON.stringify(process.env));
if (how === 'fails') {
  console.log('the database is in flames');
  process.exit(3);
}
const server = createServer((_request, response) => response.writeHead(200).end('{}'));
setTimeout(() => {
  server.on('error', (error) => {
    console.log(String(error));
    process.exit(1);
  });
  server.listen(Number(port), '127.0.0.1', () => {
    const url = `http://127.0.0.1:${server.address().port}`;
    writeFileSync(join(home, 'server.json'), JSON.stringify({ pid: process.pid, url }));
  });
}, 300);
