// The least that an answer over HTTP from this Postgres costs: bare node:http, and one prepared statement on a pool. Prints its port.
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const server = createServer((incoming, answer) => {
  const chunks = [];
  incoming.on('data', (chunk) => chunks.push(chunk));
  incoming.once('end', async () => {
    const { variables } = JSON.parse(Buffer.concat(chunks).toString());
    const { rows } = await pool.query({ name: 'floor', text: 'select $1::int as one', values: [variables.number] });
    answer.setHeader('content-type', 'application/json').end(JSON.stringify({ data: rows[0] }));
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
