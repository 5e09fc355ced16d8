/**
 * An agent that tries ways into the network as it is told, a line of JSON each: {via, url, host, port}. Prints
 * `tried N: ` and what came of it.
 */
import { request } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const proxy = new URL(process.env.HTTP_PROXY ?? 'http://127.0.0.1:9');

function ask(options, body) {
  return new Promise((done) => {
    const sent = request({ timeout: 5_000, ...options }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => done(`${answer.statusCode} ${text.replaceAll('\n', ' ').slice(0, 60)}`));
    });
    sent.on('timeout', () => sent.destroy(new Error('timeout')));
    sent.on('error', (error) => done(`failed ${error.code ?? error.message}`));
    sent.end(body);
  });
}

const ways = {
  proxy: ({ url }) =>
    ask({ host: proxy.hostname, port: proxy.port, path: url, headers: { host: new URL(url).host } }),
  direct: ({ host, port }) =>
    new Promise((done) => {
      const socket = connect({ host, port, timeout: 5_000 });
      socket.on('connect', () => done('connected'));
      socket.on('timeout', () => done('failed timeout'));
      socket.on('error', (error) => done(`failed ${error.code}`));
    }),
  model: ({ path = '/v1/messages' }) => {
    const { hostname, port } = new URL(process.env.ANTHROPIC_BASE_URL);
    const key = process.env.ANTHROPIC_API_KEY;
    return ask(
      { host: hostname, port, method: 'POST', path, headers: { 'x-api-key': key } },
      JSON.stringify({ said: `with ${key.slice(0, 6)}` }),
    );
  },
};

console.log('ready');
let count = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const way = JSON.parse(line);
  console.log(`tried ${++count}: ${await ways[way.via](way)}`);
}
