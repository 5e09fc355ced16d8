/** The whole way with a real agent CLI: started by fleet, asked about in the queue, decided on the command line. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { shownAs } from '../../source/core/approvals/subject.ts';
import type { Approval } from '../../source/core/fleet.ts';
import { connectHolder } from '../../source/wire/holder-client.ts';
import type { AgentUnderTest } from './agent-lab.ts';
import { FleetHome } from './fleet-home.ts';
import { startModelServer, type ModelServer } from './model-server.ts';
import { until } from './until.ts';

export interface FleetOptions {
  /** After the program in `command`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** More lines of the agent in fleet.yaml. */
  readonly yaml?: readonly string[];
  /** Files of the project, by their name in it. */
  readonly files?: Readonly<Record<string, string>>;
  /** Likewise in the person's HOME. */
  readonly homeFiles?: Readonly<Record<string, string>>;
  /** Of `fleet start`. */
  readonly flags?: readonly string[];
}

export class AgentFleet {
  readonly home: FleetHome;
  readonly model: ModelServer;
  readonly project: string;
  #run = '';
  #cwd = '';

  private constructor(home: FleetHome, model: ModelServer, project: string) {
    this.home = home;
    this.model = model;
    this.project = project;
  }

  /** A project whose one agent is this one; nothing has started yet. */
  static async prepare(agent: AgentUnderTest, options: FleetOptions = {}): Promise<AgentFleet> {
    const model = await startModelServer();
    const home = new FleetHome({ ...agent.environment(model.url), ...options.env });
    // Beside HOME, never above it: some sandboxes of CLIs open the whole of it.
    mkdirSync((home.environment['TMPDIR'] = join(home.folder, 'tmp')));
    const project = join(home.folder, 'project');
    mkdirSync(project);
    agent.onboard({ home: home.folder, repository: project, modelUrl: model.url });
    const command = JSON.stringify([agent.program, ...(options.args ?? [])]);
    const files = {
      'README.md': 'hello\n',
      'fleet.yaml': [
        'agents:',
        '  - name: dev',
        `    vendor: ${agent.vendor}`,
        `    command: ${command}`,
        ...(options.yaml ?? []).map((line) => `    ${line}`),
        '',
      ].join('\n'),
      ...options.files,
    };
    for (const [folder, contents] of [
      [project, files] as const,
      [home.folder, options.homeFiles ?? {}] as const,
    ])
      for (const [name, content] of Object.entries(contents)) {
        mkdirSync(join(folder, name, '..'), { recursive: true });
        writeFileSync(join(folder, name), content);
      }
    const git = (...words: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], {
        cwd: project,
        stdio: 'ignore',
      });
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('commit', '-qm', 'first');
    return new AgentFleet(home, model, project);
  }

  /** Asks for a run in which the model takes these turns. */
  async ask(turns: readonly string[], flags: readonly string[] = []): Promise<string> {
    const task = ['go', ...turns, '>> say all done'].join('\n');
    const started = await this.home.fleet(['start', 'dev', '--json', ...flags, '--', task], {
      cwd: this.project,
    });
    expect(started.stderr).toBe('');
    this.#run = (JSON.parse(started.stdout) as { run: string }).run;
    return this.#run;
  }

  static async start(
    agent: AgentUnderTest,
    turns: readonly string[],
    options: FleetOptions = {},
  ): Promise<AgentFleet> {
    const fleet = await AgentFleet.prepare(agent, options);
    const run = await fleet.ask(turns, options.flags);
    const { cwd, phase, reason } = await fleet.home.runWhen(
      run,
      (known) => known.phase !== 'requested' && known.phase !== 'launching',
    );
    expect([phase, reason]).toEqual([expect.stringMatching(/running|exited/), expect.anything()]);
    fleet.#cwd = cwd;
    return fleet;
  }

  get run(): string {
    return this.#run;
  }

  inWorktree(name: string): string {
    return join(this.#cwd, name);
  }

  /** What `fleet approvals` shows of the next call that waits; of the next one of this tool, where it matters. */
  nextApproval(tool?: string): Promise<Approval> {
    return until(
      async () => {
        const { stdout } = await this.home.fleet(['approvals', '--json']);
        const { approvals } = JSON.parse(stdout) as { approvals: Approval[] };
        return approvals.find(({ subject }) => tool === undefined || shownAs(subject).tool === tool);
      },
      `a call ${tool ? `of ${tool} ` : ''}to wait for a person`,
    );
  }

  async approve(approval: Approval, ...words: string[]): Promise<void> {
    const decided = await this.home.fleet(['approve', approval.id, '--hash', approval.hash, ...words]);
    expect(decided).toMatchObject({ code: 0, stderr: '' });
  }

  async approveEdited(approval: Approval, input: object): Promise<void> {
    const edited = join(this.home.folder, 'edited.json');
    writeFileSync(edited, JSON.stringify(input));
    await this.approve(approval, '--edit', edited);
  }

  async reject(approval: Approval, message: string): Promise<void> {
    expect((await this.home.fleet(['reject', approval.id, '-m', message])).code).toBe(0);
  }

  /** Keys as the control room sends them: straight to the holder. */
  async type(keys: string): Promise<void> {
    const { session } = (await this.home.state()).runs[this.#run]!;
    const holder = await connectHolder({
      socket: this.home.places.holderSocket(session!),
      epoch: 0,
      timeoutMs: 5000,
    });
    expect(await holder.input(Buffer.from(keys))).toBe('written');
    holder.close();
  }

  toldToModel(): string {
    return this.model
      .toolResults()
      .map(({ text }) => text)
      .join('\n');
  }

  untilToldToModel(what: string): Promise<true> {
    return until(() => this.toldToModel().includes(what) || undefined, `the model to be told: ${what}`);
  }

  async screen(): Promise<string> {
    return (await this.home.fleet(['screen', this.#run])).stdout;
  }

  screenShows(what: RegExp): Promise<true> {
    return until(async () => what.test(await this.screen()) || undefined, `${what} on the screen`);
  }

  async noAlarms(): Promise<void> {
    expect((await this.home.state()).alarms).toEqual([]);
  }

  async close(): Promise<void> {
    await this.home.close();
    this.model.close();
  }
}
