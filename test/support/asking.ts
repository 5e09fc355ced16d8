/** A project with one agent on a string (asking-agent.mjs), and that agent running in a real fleet. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Run } from '../../source/core/fleet.ts';
import { openSegments } from '../../source/io/segments/segment-reader.ts';
import { connectHolder } from '../../source/wire/holder-client.ts';
import { PROGRAM, type FleetHome, type Ran } from './fleet-home.ts';
import { until } from './until.ts';

const AGENT = resolve(import.meta.dirname, 'asking-agent.mjs');

export interface AskedCall {
  readonly id: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Told {
  readonly verdict: 'allow' | 'deny';
  readonly message?: string;
}

/** Writes the project; `yaml` are more lines of the agent in its fleet.yaml. */
export function askingProject(home: FleetHome, yaml: readonly string[] = []): string {
  const project = join(home.folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'README.md'), 'hello\n');
  writeFileSync(join(project, 'fleet.yaml'), fleetYaml(yaml));
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], {
      cwd: project,
      stdio: 'ignore',
    });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-qm', 'first');
  return project;
}

export const fleetYaml = (yaml: readonly string[] = []): string =>
  [
    'agents:',
    '  - name: dev',
    '    vendor: scripted',
    '    max_concurrent: 3',
    `    command: ${JSON.stringify([PROGRAM.node, AGENT])}`,
    ...yaml.map((line) => `    ${line}`),
    '',
  ].join('\n');

export class AskingAgent {
  readonly run: Run;
  readonly #home: FleetHome;

  private constructor(home: FleetHome, run: Run) {
    this.#home = home;
    this.run = run;
  }

  static async start(home: FleetHome, project: string, ...words: string[]): Promise<AskingAgent> {
    const started = await home.fleet(['start', 'dev', '--json', ...words], { cwd: project });
    if (started.code !== 0) throw new Error(started.stderr);
    const { run: id } = JSON.parse(started.stdout) as { run: string };
    const agent = new AskingAgent(home, await home.runWhen(id, ({ phase }) => phase === 'running'));
    await agent.said(/ready/);
    return agent;
  }

  /** Types the call to it, whatever else it waits for. */
  async ask(...calls: readonly AskedCall[]): Promise<void> {
    const holder = await connectHolder({
      socket: this.#home.places.holderSocket(this.run.session!),
      epoch: 0,
      timeoutMs: 5_000,
    });
    for (const call of calls) {
      const line = JSON.stringify({ call: { ...call, subagent: '' } });
      if ((await holder.input(Buffer.from(`${line}\r`))) !== 'written') throw new Error('nobody reads there');
    }
    holder.close();
  }

  /** What the hook of the call was told, as the agent's screen shows it. */
  async told(call: string): Promise<Told> {
    const [, verdict] = await this.said(new RegExp(`told ${call} (\\{.*\\})\\r?\\n`));
    return JSON.parse(verdict!) as Told;
  }

  said(what: RegExp): Promise<RegExpExecArray> {
    const file = this.#home.places.session(this.run.session!);
    return until(() => {
      const output = [...openSegments(file).events(0)]
        .flatMap((event) => (event.type === 'data' ? [event.bytes.toString()] : []))
        .join('');
      return what.exec(output) ?? undefined;
    }, `the agent to say ${what}`);
  }

  /** The command line in its project. */
  fleet(...words: string[]): Promise<Ran> {
    return this.#home.fleet(words, { cwd: this.run.project });
  }
}
