/**
 * Proves that this machine contains: tries some ways out twice, beside everything to see that they work, then
 * inside. A program that is there, a kernel that is new enough prove nothing.
 */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { confinementOf } from '../../core/containment/confinement.ts';
import { runSandboxed } from './run-sandboxed.ts';
import { makeFolder, sandboxedCommand } from './sandboxed-command.ts';
import { systemFacts } from './system-facts.ts';

export interface Proof {
  /** What an agent cannot do: "read a file beside its worktree". */
  readonly claim: string;
  /** `closed`: it works beside everything and not inside. `unproven`: it does not even work beside everything. */
  readonly outcome: 'closed' | 'open' | 'unproven';
}

/** Each is a process or two; a machine that takes longer is not fit for agents. */
const TRY_TIMEOUT_MS = 10_000;
const OUTPUT_BYTES_MAX = 64 * 1024;

const CANARY = 'fleet-canary';

interface WayOut {
  readonly claim: string;
  /** A shell script that prints the canary when it got out; places are in its environment. */
  readonly script: string;
  readonly isForRoot?: boolean;
}

const connect = (where: string): string =>
  `"$NODE" -e 'require("net").connect(${where}).on("data", (d) => process.stdout.write(d)).on("error", () => {})'`;

const WAYS_OUT: readonly WayOut[] = [
  { claim: 'read a file beside its worktree', script: 'cat "$BESIDE/secret"' },
  { claim: 'read through a link out of it', script: 'ln -sf "$BESIDE/secret" link; cat link' },
  { claim: 'write beside its worktree', script: `echo x > "$BESIDE/written" && echo ${CANARY}` },
  { claim: 'see or signal a process outside', script: `kill -0 "$OUTSIDE_PID" && echo ${CANARY}` },
  { claim: 'reach a service on the loopback', script: connect('Number(process.env.PORT), "127.0.0.1"') },
  { claim: 'reach a socket in its worktree', script: connect('process.env.SOCKET') },
  { claim: 'find a secret in its environment', script: 'echo "$SECRET"' },
  { claim: 'make a user namespace', script: `unshare -U true && echo ${CANARY}` },
  {
    claim: "open its agent's memory from a shell command",
    script: `"$NODE" -e 'require("child_process").spawnSync("/bin/sh", ["-c", "exec 3</proc/" + process.pid + "/mem && echo ${CANARY}"], {stdio: "inherit"})'`,
  },
  {
    claim: 'set what the kernel runs',
    script: `exec 3>>/proc/sys/kernel/core_pattern && echo ${CANARY}`,
    isForRoot: true,
  },
];

/** `node` is a program that can be shown inside. Throws SandboxError when nothing can be run at all. */
export async function proveContainment(given: {
  readonly bubblewrap: string;
  readonly node: string;
}): Promise<readonly Proof[]> {
  const lab = realpathSync(mkdtempSync(join(tmpdir(), 'fleet-doctor-')));
  const worktree = join(lab, 'worktree');
  const servers: Server[] = [];
  try {
    for (const name of ['worktree', 'beside', 'home', 'run']) mkdirSync(join(lab, name));
    writeFileSync(join(lab, 'beside', 'secret'), `${CANARY}\n`);
    const socket = join(worktree, 's');
    servers.push(await listen(socket), await listen(0));
    chmodSync(socket, 0o777);
    const places = {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: join(lab, 'home'),
      NODE: given.node,
      BESIDE: join(lab, 'beside'),
      SOCKET: socket,
      PORT: String((servers[1]!.address() as { port: number }).port),
      OUTSIDE_PID: String(process.pid),
    };
    const proofs: Proof[] = [];
    for (const { claim, script, isForRoot } of WAYS_OUT) {
      if (isForRoot === true && process.getuid!() !== 0) continue;
      const inside = await tryInside({ ...given, lab, worktree, places, script });
      const outside = await tryOutside(worktree, { ...places, SECRET: CANARY }, script);
      proofs.push({ claim, outcome: inside ? 'open' : outside ? 'closed' : 'unproven' });
    }
    return proofs;
  } finally {
    for (const server of servers) server.close();
    rmSync(lab, { recursive: true, force: true });
  }
}

async function tryInside(given: {
  readonly bubblewrap: string;
  readonly node: string;
  readonly lab: string;
  readonly worktree: string;
  readonly places: Readonly<Record<string, string>>;
  readonly script: string;
}): Promise<boolean> {
  const { bubblewrap, node, lab, worktree, places, script } = given;
  const folder = join(lab, 'run');
  const user = { uid: process.getuid!(), gid: process.getgid!() };
  const system = await makeFolder(folder, join(lab, 'shared'), systemFacts(user, places['HOME']!));
  const confined = confinementOf({
    tier: 'read_write',
    scopes: ['project'],
    worktree,
    pinned: [],
    secrets: [],
    git: null,
    folder,
    state: [],
    reports: [],
    startFiles: [node],
    readable: [],
    otherProjects: [],
    hidden: [],
    doors: [],
    environment: places,
    system,
  });
  if (confined.type === 'refused') return true;
  const { confinement } = confined;
  // The agent's program is node where memory is looked at, so the shell around it must not have lost the mark.
  const command = script.startsWith('"$NODE"') ? direct(script, node) : ['/bin/sh', '-c', script];
  const argv = sandboxedCommand({
    bubblewrap,
    confinement,
    folder,
    bridge: { node: '', script: '' },
    command,
  });
  return said(await run(argv, worktree, confinement.environment));
}

async function tryOutside(
  cwd: string,
  environment: Readonly<Record<string, string>>,
  script: string,
): Promise<boolean> {
  return said(await run(['/bin/sh', '-c', script], cwd, environment));
}

/** `"$NODE" -e '…'` as words, without a shell. */
function direct(script: string, node: string): string[] {
  const code = script.slice(script.indexOf("'") + 1, script.lastIndexOf("'"));
  return [node, '-e', code];
}

const run = (argv: readonly string[], cwd: string, environment: Readonly<Record<string, string>>) =>
  runSandboxed({ argv, cwd, environment, timeoutMs: TRY_TIMEOUT_MS, outputBytesMax: OUTPUT_BYTES_MAX });

const said = ({ stdout }: { readonly stdout: string }): boolean => stdout.includes(CANARY);

function listen(place: string | number): Promise<Server> {
  return new Promise((done, failed) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(`${CANARY}\n`);
    });
    server.on('error', failed);
    if (typeof place === 'string') server.listen(place, () => done(server));
    else server.listen(place, '127.0.0.1', () => done(server));
  });
}
