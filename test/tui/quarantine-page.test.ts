import { describe, expect, it } from 'vitest';
import type { AskValue } from '../../source/wire/daemon-protocol.ts';
import { ARoom, PROJECT } from './a-fleet.ts';
import { TROUBLED, troubledFleet } from './a-risk.ts';
import { pictureOf } from './frame-of.ts';

const SCRAPER = { project: PROJECT, agent: 'scraper' };

const aRoom = (size = { columns: 80, rows: 24 }): ARoom =>
  new ARoom(troubledFleet(), { size }).does({ type: 'risk', agents: TROUBLED, problem: '' });

const shown = (room: ARoom): string[] => pictureOf(room).text();

function detailOf(room: ARoom, lines = 60): AskValue['quarantine-detail'] {
  const call = { id: 'c1', tool: 'Bash', input: { command: 'curl example.com' }, subagent: null };
  const about = { run: 'run-scraper', session: 'run-scraper-1', call };
  const event = { type: 'tool-judged', ...about, verdict: 'deny', reason: 'network: off' };
  return {
    quarantine: room.fleet.fleet.quarantines[`${PROJECT}\nscraper`]!,
    evidence: [
      { name: 'changes of run 7f3', text: '+ added\n- removed\n' },
      { name: 'screen of run 7f3', text: Array.from({ length: lines }, (_, at) => `line ${at}`).join('\n') },
    ],
    decisions: [{ seq: 1, id: 'e1', at: room.fleet.now, actor: 'gate', agent: 'scraper', event } as never],
  };
}

/** In the list the quarantined agent stands last before those that do not run. */
const onScraper = (room: ARoom): ARoom => {
  for (let at = 0; at < 20 && room.ui.cursor !== 'agent:scraper'; at++) room.press('j');
  return room;
};

describe('an agent in quarantine', () => {
  it('RI3 shows in the list with its reason, in the header, and in a line of its own', () => {
    const lines = shown(aRoom({ columns: 120, rows: 34 }));
    expect(lines[0]).toContain('■ 1 in quarantine');
    expect(lines.at(-2)).toContain(
      '■ scraper in quarantine for 1s: risk 0.98: silent and error · I insights',
    );
    const small = shown(onScraper(aRoom()));
    expect(small.find((line) => line.includes('■ scraper'))).toContain('in quarantine: risk 0.98');
    expect(small.at(-1)).toContain('↵ what it did');
  });

  it('RI3 is released only once what it did has been on screen to its end, and with a reason', () => {
    const room = onScraper(aRoom()).press('enter');
    expect(room.wanted('quarantine-detail')).toEqual([{ type: 'quarantine-detail', ...SCRAPER }]);
    const detail = detailOf(room);
    room.does({ type: 'quarantine-detail', detail });
    expect(shown(room)[1]).toBe(' ■ scraper · in quarantine for 1s, put there by the brain');
    expect(shown(room).at(-2)).toContain('releasing is offered at the end');
    expect(room.press('r').ui).toMatchObject({ overlay: null, notice: { kind: 'problem' } });
    // To its end at once: the lines between have not been on screen.
    expect(room.press('G', 'r').ui.overlay).toBeNull();
    expect(room.press('g', 'pagedown', 'pagedown', 'pagedown', 'pagedown', 'r').ui.overlay?.type).toBe(
      'reason',
    );
    expect(room.press('enter').ui.overlay?.type).toBe('reason');
    room.types('it was the proxy').press('enter');
    expect(room.wanted('ask')).toEqual([
      {
        type: 'ask',
        ask: { type: 'release', ...SCRAPER, quarantine: 'q1', reason: 'it was the proxy' },
      },
    ]);
    expect(room.ui.page.type).toBe('room');
  });

  it('RI3 has to be read again on a screen of another size', () => {
    const room = onScraper(aRoom()).press('enter');
    room.does({ type: 'quarantine-detail', detail: detailOf(room, 4) });
    expect(shown(room).at(-2)).toContain('r releases it');
    room.does({ type: 'resize', size: { columns: 60, rows: 15 } });
    expect(shown(room).at(-2)).toContain('releasing is offered at the end');
  });

  it('RI3 that somebody else has released says so, and cannot be released again', () => {
    const room = onScraper(aRoom()).press('enter');
    room.does({ type: 'quarantine-detail', detail: detailOf(room, 4) });
    room.fleet.happens({ type: 'agent-released', ...SCRAPER, quarantine: 'q1', reason: 'fine' });
    expect(shown(room.sees()).at(-2)).toContain('Somebody has released it meanwhile.');
    expect(room.press('r').ui.overlay).toBeNull();
  });

  it('RI3 whoever looks before its evidence is kept gets it as soon as it is there', () => {
    const room = onScraper(aRoom()).press('enter');
    const detail = detailOf(room, 4);
    room.does({ type: 'quarantine-detail', detail: { ...detail, evidence: [] } });
    room.intents.splice(0);
    room.sees();
    expect(room.wanted('quarantine-detail')).toHaveLength(1);
    room.does({ type: 'quarantine-detail', detail });
    expect(shown(room).join('\n')).toContain('screen of run 7f3');
    room.sees();
    expect(room.wanted('quarantine-detail')).toHaveLength(0);
  });

  it('RI3 shows what it printed with everything unseen spelled out', () => {
    const room = onScraper(aRoom()).press('enter');
    const detail = detailOf(room, 1);
    const evidence = [{ name: 'screen of run 7f3', text: 'safe \u202egnp.exe' }];
    room.does({ type: 'quarantine-detail', detail: { ...detail, evidence } });
    expect(shown(room).join('\n')).toContain('safe \\u{202e}gnp.exe');
  });
});

describe('stopping an agent by hand', () => {
  it('RI7 takes one key and a reason, in the list, the heatmap and the insights', () => {
    for (const keys of [[], ['H', 'j'], ['I', 'j', 'j']]) {
      const room = aRoom().press(...keys);
      room.press('Q');
      expect(shown(room).at(-2)).toMatch(/^ stop [a-z-]+ and keep it stopped, because:/);
      expect(room.press('enter').ui.overlay?.type).toBe('reason');
      room.intents.splice(0);
      room.types('it deletes tests').press('enter');
      expect(room.wanted('ask')).toMatchObject([
        { ask: { type: 'quarantine', project: PROJECT, reason: 'it deletes tests' } },
      ]);
    }
  });

  it('RI7 does nothing when it is given up', () => {
    const room = aRoom().press('Q');
    room.intents.splice(0);
    expect(room.types('x').press('escape').ui.overlay).toBeNull();
    expect(room.intents).toEqual([]);
  });

  it('RI2 a quarantine that comes while somebody looks elsewhere is said, rung and sent to the desktop', () => {
    const room = aRoom();
    room.intents.splice(0);
    const quarantine = { quarantine: 'q2', reason: 'risk 0.92: silent', grounds: null };
    room.fleet.happens({ type: 'agent-quarantined', project: PROJECT, agent: 'docs', ...quarantine });
    room.sees();
    expect(room.ui.notice?.text).toBe('docs was put in quarantine: risk 0.92: silent. Q shows what it did.');
    expect(room.intents).toEqual([{ type: 'bell' }, { type: 'notify', words: 'docs was put in quarantine' }]);
  });
});

describe('an agent that a tripwire holds', () => {
  const held = (room: ARoom): ARoom => {
    room.fleet.happens({
      type: 'agent-held',
      project: PROJECT,
      agent: 'backend-dev',
      tripwire: 'crash-loop',
      detail: '5 crashes in 10 minutes',
    });
    return room.sees();
  };

  it('RI2 is marked with the tripwire, and let go of with a reason', () => {
    const room = held(aRoom({ columns: 120, rows: 34 })).press('I', 'j', 'j', 'j');
    const inList = shown(held(aRoom())).find((line) => line.includes('backend-dev'));
    expect(inList).toMatch(/^ ●!backend-dev +held: crash-loop: 5 crashes/);
    const lines = shown(room).join('\n');
    expect(lines).toContain('▌! backend-dev');
    expect(lines).toContain('held     crash-loop: 5 crashes in 10 minutes; r lets it go on');
    room.press('r').types('the cache was full').press('enter');
    expect(room.wanted('ask')).toEqual([
      {
        type: 'ask',
        ask: { type: 'let-go', project: PROJECT, agent: 'backend-dev', reason: 'the cache was full' },
      },
    ]);
  });

  it('RI2 only that one is: for others the key says that nothing holds them', () => {
    const room = held(aRoom()).press('I', 'G', 'r');
    expect(room.ui).toMatchObject({ overlay: null, notice: { kind: 'info' } });
  });
});
