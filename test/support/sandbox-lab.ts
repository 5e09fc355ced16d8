/**
 * A machine's worth of things no agent may reach, and an agent's worktree in the middle of it. Attacks are run twice:
 * beside everything, to show that they work, and in the real sandbox.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import type { Tier } from '../../source/core/agent.ts';
import { confinementOf, type Door } from '../../source/core/containment/confinement.ts';
import { makePrivateRepository, type PrivateRepository } from '../../source/io/git/private-repository.ts';
import { repositoryOf } from '../../source/io/git/repository.ts';
import { addWorktree } from '../../source/io/git/worktrees.ts';
import { findSandbox } from '../../source/io/sandbox/find-sandbox.ts';
import { makeFolder, sandboxedCommand } from '../../source/io/sandbox/sandboxed-command.ts';
import { systemFacts } from '../../source/io/sandbox/system-facts.ts';
import { agentEnvironment } from '../../source/wire/agent-environment.ts';
import { until } from './until.ts';

/** What every secret of the lab says. Seen in an agent's hands, it has escaped. */
export const CANARY = 'canary-b7c1e9';

/** What an attack prints that has no secret to show. */
export const ESCAPED = 'has-escaped';

/** null, or why there is no sandbox here. In CI it has to be there. */
export const NO_SANDBOX = await (async () => {
  const found = await findSandbox();
  if (found.type === 'found') return null;
  if (process.env['CI'] === 'true') throw new Error(`CI needs a sandbox: ${found.reason}`);
  return found.reason;
})();

/** Who attacks: root (when root runs the tests) and somebody else, or only the person who runs them. */
export const PEOPLE: readonly { readonly name: string; readonly uid: number; readonly gid: number }[] =
  process.getuid!() === 0
    ? [
        { name: 'root', uid: 0, gid: 0 },
        { name: 'an ordinary user', uid: 4_711, gid: 4_711 },
      ]
    : [{ name: 'an ordinary user', uid: process.getuid!(), gid: process.getgid!() }];

export interface Attack {
  /** A shell script; the places of the lab are in its environment. */
  readonly script: string;
  readonly tier?: Tier;
  /** The agent's program, which runs the script from $ATTACK; a shell when nothing is said. */
  readonly program?: readonly string[];
  readonly doors?: readonly Door[];
  /** A file that is open as descriptor 3 when the agent is started. */
  readonly leak?: string;
}

export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Long for a script of a few lines, short for a hang. */
const ATTACK_MS_MAX = 20_000;

export class SandboxLab {
  readonly folder: string;
  readonly worktree: string;
  readonly home: string;
  readonly project: string;
  readonly fleetHome: string;
  readonly contained: string;
  readonly places: Readonly<Record<string, string>>;
  readonly repository: PrivateRepository;
  readonly #person: { readonly uid: number; readonly gid: number };
  readonly #open: (() => void)[];

  private constructor(given: {
    person: { uid: number; gid: number };
    folder: string;
    places: Readonly<Record<string, string>>;
    repository: PrivateRepository;
    open: (() => void)[];
  }) {
    this.#person = given.person;
    this.#open = given.open;
    this.folder = given.folder;
    this.places = given.places;
    this.repository = given.repository;
    this.worktree = given.places['WORKTREE']!;
    this.home = given.places['HOME']!;
    this.project = given.places['PROJECT']!;
    this.fleetHome = given.places['FLEET']!;
    this.contained = join(this.fleetHome, 'contained', 'r1');
  }

  static async open(person: { readonly uid: number; readonly gid: number }): Promise<SandboxLab> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-sandbox-')));
    chmodSync(folder, 0o755);
    const at = (...names: string[]): string => join(folder, ...names);
    const put = (path: string, text: string): void => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    };
    const own = (...paths: string[]): void =>
      void execFileSync('chown', ['-hR', `${person.uid}:${person.gid}`, ...paths]);
    const asPerson = (cwd: string, ...words: string[]): string =>
      execFileSync(words[0]!, words.slice(1), {
        cwd,
        ...ids(person),
        env: gitEnvironment(at('home')),
        encoding: 'utf8',
      });

    for (const secret of [
      'home/.ssh/id_ed25519',
      'home/.aws/credentials',
      'home/.netrc',
      'home/.config/gh/hosts.yml',
      'home/.docker/config.json',
      'home/.local/share/keyrings/login.keyring',
      'fleet/fleet.db',
      'fleet/sessions/s2/0.seg',
      'fleet/spool/s2.jsonl',
      'fleet/contained/r2/tmp/notes',
      'fleet/worktrees/other/plan.txt',
      'other-project/secret.txt',
      'outside.txt',
    ])
      put(at(secret), `${CANARY}\n`);
    put(at('home/.bashrc'), '');
    put(at('project/README.md'), 'hello\n');
    put(at('project/config/settings.txt'), 'a = 1\n');
    put(at('project/fleet.yaml'), 'agents: []\n');
    own(folder);
    const git = (cwd: string, ...words: string[]): string => asPerson(cwd, 'git', ...words);
    git(at('project'), 'init', '-q', '-b', 'main');
    git(at('project'), 'add', '-A');
    git(at('project'), 'commit', '-qm', 'first');
    git(at('project'), 'branch', 'fleet/other/r2');

    // Our own git runs as whoever runs the tests, as the daemon does; afterwards all of it is the person's.
    execFileSync('chown', ['-hR', `${process.getuid!()}:${process.getgid!()}`, folder]);
    const worktree = at('fleet/worktrees/dev-r1');
    const branch = 'fleet/dev/r1';
    await addWorktree({ repository: at('project'), path: worktree, branch });
    const contained = at('fleet/contained/r1');
    mkdirSync(contained, { recursive: true, mode: 0o700 });
    const repository = await makePrivateRepository({
      repository: (await repositoryOf(at('project')))!,
      worktree,
      branch,
      folder: contained,
    });
    put(join(worktree, '.env'), `KEY=${CANARY}\n`);
    put(join(worktree, 'config/.env'), `KEY=${CANARY}\n`);
    symlinkSync(at('home/.netrc'), join(worktree, 'link-out'));
    symlinkSync(at('other-project'), join(worktree, 'folder-out'));

    const open: (() => void)[] = [];
    const listen = (path: string | number, host?: string): Promise<Server> =>
      new Promise((done, failed) => {
        const server = createServer((socket) => {
          socket.on('error', () => socket.destroy());
          socket.end(`${CANARY}\n`);
        });
        server.on('error', failed);
        open.push(() => server.close());
        if (typeof path === 'string') server.listen(path, () => done(server));
        else server.listen(path, host, () => done(server));
      });
    mkdirSync(at('fleet/run'), { recursive: true });
    const sockets = {
      DAEMON_SOCKET: at('fleet/run/daemon.sock'),
      HOLDER_SOCKET: at('fleet/run/s2.sock'),
      AGENT_SOCKET: at('agent.sock'),
      DOCKER_SOCKET: at('docker.sock'),
      WORKTREE_SOCKET: join(worktree, 'dev.sock'),
    };
    for (const path of Object.values(sockets)) await listen(path);
    const abstract = `fleet-lab-${process.pid}-${person.uid}`;
    await listen(`\0${abstract}`);
    const port = ((await listen(0, '127.0.0.1')).address() as { port: number }).port;
    const anywhere = ((await listen(0, '0.0.0.0')).address() as { port: number }).port;
    const udp = createSocket('udp4');
    udp.on('message', (_, from) => udp.send(CANARY, from.port, from.address));
    await new Promise<void>((done) => udp.bind(0, '127.0.0.1', done));
    open.push(() => udp.close());
    own(folder);

    const victim = await startVictim(person, open);
    const shared = join('/dev/shm', `fleet-lab-${process.pid}-${person.uid}`);
    writeFileSync(shared, CANARY);
    const hostTmp = join('/tmp', `fleet-lab-${process.pid}-${person.uid}`);
    writeFileSync(hostTmp, CANARY);
    own(shared, hostTmp);
    open.push(
      () => rmSync(shared, { force: true }),
      () => rmSync(hostTmp, { force: true }),
    );
    const address = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

    return new SandboxLab({
      person,
      folder,
      repository,
      open,
      places: {
        WORKTREE: worktree,
        HOME: at('home'),
        HOME_OUTSIDE: at('home'),
        REPOSITORY: repository.directory,
        PROJECT: at('project'),
        FLEET: at('fleet'),
        OTHER_WORKTREE: at('fleet/worktrees/other'),
        OTHER_PROJECT: at('other-project'),
        OUTSIDE: at('outside.txt'),
        HOST_TMP: hostTmp,
        SHARED_FILE: shared,
        ...sockets,
        ABSTRACT: abstract,
        PORT: String(port),
        ANY_PORT: String(anywhere),
        UDP_PORT: String(udp.address().port),
        ADDRESS: address ?? '',
        ...victim,
      },
    });
  }

  /** Beside everything. */
  outside(attack: Attack): Promise<Outcome> {
    return this.#run(commandOf(attack), attack, {
      PATH: process.env['PATH']!,
      GITHUB_TOKEN: CANARY,
      DATABASE_URL: `postgres://${CANARY}`,
      SSH_AUTH_SOCK: this.places['AGENT_SOCKET']!,
    });
  }

  /** In the real sandbox, with what the daemon would let it have of the same environment. */
  async inside(attack: Attack): Promise<Outcome> {
    const environment = agentEnvironment({
      PATH: '/usr/local/bin:/usr/bin:/bin',
      GITHUB_TOKEN: CANARY,
      DATABASE_URL: `postgres://${CANARY}`,
      SSH_AUTH_SOCK: this.places['AGENT_SOCKET']!,
      HOME: this.home,
    });
    const { argv, env } = await this.command(attack, environment);
    return this.#run(argv, attack, env);
  }

  async command(
    attack: Attack,
    environment: Readonly<Record<string, string>>,
  ): Promise<{ readonly argv: string[]; readonly env: Record<string, string> }> {
    const sandbox = await findSandbox();
    if (sandbox.type !== 'found') throw new Error(sandbox.reason);
    const folder = this.contained;
    const system = await makeFolder(
      folder,
      join(this.fleetHome, 'contained', 'shared'),
      systemFacts(this.#person, this.home),
    );
    const confined = confinementOf({
      tier: attack.tier ?? 'read_write',
      scopes: ['project', 'build'],
      worktree: this.worktree,
      pinned: [join(this.worktree, 'fleet.yaml')],
      secrets: [join(this.worktree, '.env'), join(this.worktree, 'config/.env')],
      git: this.repository,
      folder,
      state: [],
      reports: [],
      startFiles: [],
      readable: [],
      otherProjects: [this.places['OTHER_PROJECT']!],
      hidden: [this.fleetHome],
      doors: attack.doors ?? [],
      environment,
      system,
    });
    if (confined.type === 'refused') throw new Error(confined.reason);
    const argv = sandboxedCommand({
      bubblewrap: sandbox.bubblewrap,
      confinement: confined.confinement,
      folder,
      bridge: { node: process.execPath, script: attack.doors ? await bridgeScript() : '' },
      command: commandOf(attack),
    });
    this.#own(folder);
    this.#own(join(this.fleetHome, 'contained', 'shared'));
    return { argv, env: { ...confined.confinement.environment } };
  }

  /** A person at work in the worktree or the project, with plain git. */
  person(script: string, cwd = this.worktree): string {
    try {
      return execFileSync('/bin/sh', ['-c', script], {
        cwd,
        ...ids(this.#person),
        env: { ...this.places, ...gitEnvironment(this.home) },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      // What it printed before it failed is part of what a person sees.
      return (error as { readonly stdout: string }).stdout;
    }
  }

  read(path: string): string {
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  close(): void {
    for (const end of this.#open) end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #own(path: string): void {
    if (process.getuid!() === 0)
      execFileSync('chown', ['-hR', `${this.#person.uid}:${this.#person.gid}`, path]);
  }

  #run(argv: readonly string[], attack: Attack, env: Readonly<Record<string, string>>): Promise<Outcome> {
    const leaked = attack.leak === undefined ? null : openSync(attack.leak, 'r');
    const child = spawn(argv[0]!, argv.slice(1), {
      cwd: this.worktree,
      ...ids(this.#person),
      env: { ...this.places, ...gitEnvironment(this.home), ...env, ATTACK: attack.script },
      stdio: ['ignore', 'pipe', 'pipe', ...(leaked === null ? [] : [leaked])],
      detached: true,
    });
    if (leaked !== null) closeSync(leaked);
    return new Promise((done, failed) => {
      let output = '';
      const late = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), ATTACK_MS_MAX);
      child.stdout!.on('data', (chunk) => (output += chunk));
      child.stderr!.on('data', (chunk) => (output += chunk));
      child.on('error', failed);
      child.on('close', (code) => {
        clearTimeout(late);
        done({ code, output });
      });
    });
  }
}

const commandOf = ({ script, program }: Attack): readonly string[] => program ?? ['/bin/sh', '-c', script];

/** Only root can be somebody else; a process that asks to be who it is already asks for too much. */
function ids({ uid, gid }: { readonly uid: number; readonly gid: number }): { uid?: number; gid?: number } {
  return process.getuid!() === uid ? {} : { uid, gid };
}

const gitEnvironment = (home: string): Record<string, string> => ({
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: home,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'test',
  GIT_AUTHOR_EMAIL: 'test@localhost',
  GIT_COMMITTER_NAME: 'test',
  GIT_COMMITTER_EMAIL: 'test@localhost',
});

/** A process of the person with the canary in its memory, environment, arguments and shared memory. */
async function startVictim(
  person: { readonly uid: number; readonly gid: number },
  open: (() => void)[],
): Promise<Record<string, string>> {
  const key = String(0x5a000000 + (process.pid & 0xffff) * 16 + (person.uid === 0 ? 0 : 1));
  const child: ChildProcess = spawn(
    'perl',
    [
      '-e',
      // Lets itself be traced by anybody (PR_SET_PTRACER), where the kernel asks for that.
      `$| = 1; my $secret = $ENV{SECRET}; eval { syscall(157, 0x59616d61, -1) };
       my $shm = shmget(${key}, 64, 0600 | 01000) // die $!; shmwrite($shm, $secret, 0, 32);
       my $queue = msgget(${key}, 0600 | 01000) // die $!; msgsnd($queue, pack("l! a*", 1, $secret), 0);
       print "ready\\n"; $SIG{TERM} = sub { shmctl($shm, 0, 0); msgctl($queue, 0, 0); exit };
       sleep 1 while 1;`,
      CANARY,
    ],
    { ...ids(person), env: { SECRET: CANARY, PATH: '/usr/bin:/bin' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  open.push(() => child.kill('SIGTERM'));
  let said = '';
  child.stdout!.on('data', (chunk) => (said += chunk));
  await until(() => said.includes('ready') || undefined, 'the process that is attacked');
  return { VICTIM: String(child.pid), IPC_KEY: key };
}

let bridge: Promise<string> | undefined;

/** The bridge as the build makes it; once for all tests of a file. */
export function bridgeScript(): Promise<string> {
  bridge ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fleet-bridge-'));
    chmodSync(folder, 0o755);
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    const build = await rolldown({
      input: { 'fleet-bridge': 'source/bridge/main.ts' },
      platform: 'node',
      external: [/^node:/],
    });
    await build.write({ dir: folder, format: 'cjs', entryFileNames: '[name].cjs' });
    await build.close();
    return join(folder, 'fleet-bridge.cjs');
  })();
  return bridge;
}
