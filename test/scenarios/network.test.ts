/** PE8, SE7: what leaves a contained run leaves it by way of us, with the whole product and the real sandbox. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { FleetHome, PROGRAM, type Ran } from '../support/fleet-home.ts';
import { NO_SANDBOX } from '../support/sandbox-lab.ts';
import { until } from '../support/until.ts';

const AGENT = resolve(import.meta.dirname, '..', 'support', 'networking-agent.mjs');
/** Put together here, so that no scanner takes this file for a leak. */
const KEY = ['sk-ant', 'canary-0123456789-canary'].join('-');

let home: FleetHome;
const servers: Server[] = [];
afterEach(async () => {
  await home.close();
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A host that says its name; yields its port. */
async function host(name: string, onRequest: (request: IncomingMessage) => void = () => {}): Promise<number> {
  const server = createServer((request, response) => {
    onRequest(request);
    request.resume().on('end', () => {
      // In two pieces, as a model says it.
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`this is `);
      setImmediate(() => response.end(name));
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

/** The command line with something piped in. */
function piped(parameters: readonly string[], input: string, cwd: string): Promise<Ran> {
  return new Promise((done) => {
    const child = execFile(
      PROGRAM.node,
      [PROGRAM.script, ...parameters],
      { cwd, env: home.environment },
      (error, stdout, stderr) => done({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
    child.stdin!.end(input);
  });
}

function project(file: object, agent: object = {}): string {
  // A host without a vault of its own.
  home = new FleetHome({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere', FLEET_APPROVAL_SECONDS: '60' });
  const folder = join(home.folder, 'project');
  mkdirSync(folder);
  const dev = { name: 'dev', sandbox: 'on', vendor: 'command', command: [PROGRAM.node, AGENT], ...agent };
  writeFileSync(join(folder, 'fleet.yaml'), JSON.stringify({ ...file, agents: [dev] }));
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], { cwd: folder });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-qm', 'first');
  return folder;
}

async function started(cwd: string): Promise<string> {
  const { stdout, stderr } = await home.fleet(['start', 'dev', '--json'], { cwd });
  expect(stderr).toBe('');
  const { run } = JSON.parse(stdout) as { run: string };
  const { phase, reason } = await home.runWhen(
    run,
    (each) => each.phase !== 'requested' && each.phase !== 'launching',
  );
  expect({ phase, reason }).toEqual({ phase: 'running', reason: '' });
  await screenWith(run, 'ready');
  return run;
}

const screenWith = (run: string, words: string): Promise<string> =>
  until(async () => {
    const { stdout } = await home.fleet(['screen', run]);
    return stdout.includes(words) ? stdout : undefined;
  }, `"${words}" on the screen`);

/** What came of it, as the agent says. */
async function tried(run: string, count: number, way: object): Promise<string> {
  const daemon = await home.connect();
  await daemon.ask({ type: 'send', run, text: JSON.stringify(way), isSubmitted: true });
  const screen = await screenWith(run, `tried ${count}: `);
  const line = await until(() => new RegExp(`tried ${count}: (.+)`).exec(screen)?.[1], 'the outcome');
  return line.trim();
}

describe.skipIf(NO_SANDBOX !== null)(
  `the network of a contained run${NO_SANDBOX ? ' (skipped)' : ''}`,
  () => {
    test('PE8 it reaches a listed host by the proxy while it has the scope, and nothing else in any way', async () => {
      const [listed, other] = [await host('listed'), await host('other')];
      const cwd = project({ network: [`127.0.0.1:${listed}`] });
      const run = await started(cwd);
      const at = (port: number) => ({ via: 'proxy', url: `http://127.0.0.1:${port}/x` });
      // Without the scope its list counts for nothing, and a person is asked.
      expect(await tried(run, 1, at(listed))).toContain('403 fleet: ');
      const request = await home.approvalWhen(({ state }) => state === 'pending');
      expect(request.subject).toEqual({ type: 'host', host: '127.0.0.1', port: listed });
      expect((await home.fleet(['reject', request.id, '-m', 'no'])).code).toBe(0);

      const grant = await home.fleet(['scope', 'grant', run, 'network', '-r', 'it needs it']);
      expect(grant.code).toBe(0);
      expect(await tried(run, 2, at(listed))).toBe('200 this is listed');
      expect(await tried(run, 3, { via: 'direct', host: '127.0.0.1', port: listed })).toContain('failed');
      expect(await tried(run, 4, { via: 'direct', host: '1.1.1.1', port: 443 })).toContain('failed');

      // Another host: asked for, allowed in the inbox, reached at once.
      expect(await tried(run, 5, at(other))).toContain('403 fleet: ');
      const second = await home.approvalWhen(({ state }) => state === 'pending');
      expect((await home.fleet(['approve', second.id, '--hash', second.hash])).code).toBe(0);
      expect(await tried(run, 6, at(other))).toBe('200 this is other');

      const seen = await home.fleet(['network', '--json']);
      expect(JSON.parse(seen.stdout)).toMatchObject({
        paths: [
          { type: 'proxy', run, isOpen: true },
          {
            type: 'listed host',
            to: `127.0.0.1:${listed}`,
            isOpen: true,
            why: expect.stringContaining('it needs it'),
          },
          { type: 'allowed host', to: `127.0.0.1:${other}`, openedBy: expect.stringMatching(/^person:/) },
        ],
      });

      // A daemon that comes after this one opens the same way again, with the same hosts.
      const killed = await home.daemonPid();
      process.kill(killed, 'SIGKILL');
      await until(async () => {
        await home.state();
        return (await home.daemonPid()) !== killed || undefined;
      }, 'the next daemon');
      expect(await tried(run, 7, at(other))).toBe('200 this is other');

      expect((await home.fleet(['scope', 'revoke', run, 'network', '-r', 'enough'])).code).toBe(0);
      expect(await tried(run, 8, at(listed))).toContain('403 fleet: ');
      expect(await tried(run, 9, at(other))).toContain('403 fleet: ');

      const attempts = (await home.log()).flatMap(({ event }) =>
        event.type === 'network-attempt' ? [`${event.verdict} ${event.host}:${event.port}`] : [],
      );
      expect(attempts.slice(0, 4)).toEqual([
        `deny 127.0.0.1:${listed}`,
        `allow 127.0.0.1:${listed}`,
        `deny 127.0.0.1:${other}`,
        `allow 127.0.0.1:${other}`,
      ]);
    });

    test('SE7 its model answers by way of the broker, and the key is nowhere', async () => {
      const keys: unknown[] = [];
      const port = await host('a model', ({ headers }) => keys.push(headers['x-api-key']));
      const upstream = `http://127.0.0.1:${port}`;
      const cwd = project({ backend: { provider: 'anthropic', upstream, key: 'MODEL' } });
      const early = await home.fleet(['start', 'dev'], { cwd });
      expect(early).toMatchObject({ code: 1, stderr: expect.stringMatching(/secret MODEL .*fleet vault/s) });
      expect(Object.keys((await home.state()).runs)).toEqual([]);
      expect((await piped(['vault', 'unlock'], 'correct horse battery\n', cwd)).code).toBe(0);
      expect((await piped(['vault', 'set', 'MODEL'], `${KEY}\n`, cwd)).code).toBe(0);

      const run = await started(cwd);
      expect(await tried(run, 1, { via: 'model' })).toBe('200 this is a model');
      expect(await tried(run, 2, { via: 'model', path: '/v1/organizations' })).toContain('403 ');
      expect(await tried(run, 3, { via: 'direct', host: '127.0.0.1', port })).toContain('failed');
      expect(keys).toEqual([KEY]);
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
        for (const name of ['environ', 'cmdline']) {
          if (Number(pid) === process.pid) continue;
          let text = '';
          try {
            text = readFileSync(`/proc/${pid}/${name}`, 'latin1');
          } catch {
            // It ended meanwhile, or is somebody else's.
          }
          expect(text.includes(KEY), `/proc/${pid}/${name}`).toBe(false);
        }

      expect((await home.fleet(['stop', run])).code).toBe(0);
      await home.runWhen(run, ({ phase }) => phase === 'exited');
      const counted = await until(
        async () => (await home.log()).find(({ event }) => event.type === 'model-requested'),
        'what it asked to be on record',
      );
      expect(counted.event).toMatchObject({ provider: 'anthropic', requests: 2, run });
      const files = readdirSync(home.places.home, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      expect(files.length).toBeGreaterThan(5);
      for (const file of files) expect(readFileSync(file, 'latin1').includes(KEY), file).toBe(false);
    });

    test('SE7 an agent that is not contained gets the same', async () => {
      const port = await host('a model');
      const backend = { provider: 'anthropic', upstream: `http://127.0.0.1:${port}`, key: 'MODEL' };
      const cwd = project({ backend }, { sandbox: 'off' });
      await piped(['vault', 'unlock'], 'correct horse battery\n', cwd);
      await piped(['vault', 'set', 'MODEL'], `${KEY}\n`, cwd);
      const run = await started(cwd);
      expect(await tried(run, 1, { via: 'model' })).toBe('200 this is a model');
      const audited = await home.fleet(['audit', '--json'], { cwd });
      expect(audited.code).toBe(1);
      const { lines } = JSON.parse(audited.stdout) as { lines: { check: string; evidence: string }[] };
      expect(lines.map(({ evidence }) => evidence)).toContain('not contained: dev');
      expect((await home.fleet(['audit'], { cwd })).stdout).toMatch(
        /^✓ no secrets within reach: none found/m,
      );
      const { stdout } = await home.fleet(['ls', '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ runs: [{ id: run, backend: { provider: 'anthropic' } }] });
      const told = await home.fleet(['network']);
      expect(told.stdout).toMatch(/not contained +everything this machine reaches/);
      expect(told.stdout).toMatch(new RegExp(`model +http://127.0.0.1:${port} +daemon .*secret MODEL`));
    });
  },
);
