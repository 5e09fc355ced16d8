/** Faults that are known to have been there: what a model is scored against. */
import { flagIn, plain, timeIn, wordIn, type Fields } from './fields.ts';

/** `quarantine`: must be stopped. `attention`: should be looked at. `benign`: nobody's fault, must be left alone. */
export type Worth = 'quarantine' | 'attention' | 'benign';

/** Times as the file has them. */
export interface FaultRow {
  readonly type: 'fault';
  readonly agent: string;
  readonly fleet: string | null;
  readonly onset: number;
  /** Null: until the end of the file. */
  readonly end: number | null;
  /** `crash_loop`, as the file names it. */
  readonly name: string;
  readonly worth: Worth;
}

/** What people said of a quarantine (justified or not), or of an incident nobody had stopped (missed). */
const JUSTIFIED = /^(?:justified|missed|right)$/;
const UNJUSTIFIED = /^(?:notjustified|unjustified|wrong|false)$/;
const ATTENTION = /^(?:attention|degrad|slow|declin|drift|block|cascade|warn|medium|high$)/;
const BENIGN =
  /^(?:benign|none|normal|confounder|flak|outage|provideroutage|fleetoutage|longbuild|silentbuild|build|slowapproval|approval|idle|poll|upgrade|noise)/;

export function faultOf(
  fields: Fields,
  agent: string | undefined,
  fleet: string | null,
  t: number | undefined,
): FaultRow | { readonly problem: string } {
  const onset =
    timeIn(fields, ['onset', 'start', 'from', 'begin', 'onsetat', 'onsetmin', 'onsetminute']) ?? t;
  const end = timeIn(fields, ['end', 'until', 'to', 'endat', 'endmin', 'endminute', 'offset']);
  const length = timeIn(fields, ['duration', 'length', 'minutes']);
  // `class` can be the fault's name or what it is worth; whatever names it best is its name.
  const words = [
    'class',
    'fault',
    'faultkind',
    'faultclass',
    'type',
    'name',
    'cause',
    'worth',
    'severity',
    'label',
    'expect',
    'verdict',
  ]
    .map((name) => wordIn(fields, [name]))
    .filter((word): word is string => word !== undefined && plain(word) !== 'fault');
  if (onset === undefined) return { problem: 'a fault needs an onset (in the time unit of t)' };
  const name =
    words.find((word) => !/^(?:quarantine|attention|benign|critical|high|medium|low|warn)/i.test(word)) ??
    words[0];
  if (name === undefined) return { problem: 'a fault needs a class: crash_loop, stall, doom_loop, …' };
  const last = end ?? (length === undefined ? null : onset + length);
  if (last !== null && last < onset)
    return { problem: `the fault ends (${last}) before its onset (${onset})` };
  const worth = worthOf(
    words,
    flagIn(fields, ['quarantineworthy', 'quarantine', 'worthy', 'shouldquarantine', 'isquarantineworthy']),
  );
  // Of the whole fleet: an outage has no agent of its own.
  if (agent === undefined && worth !== 'benign') return { problem: 'a fault needs an agent' };
  return { type: 'fault', agent: agent ?? '', fleet, onset, end: last, name, worth };
}

function worthOf(words: readonly string[], isWorthy: boolean | undefined): Worth {
  const given = words.map(plain);
  if (given.some((word) => UNJUSTIFIED.test(word))) return 'benign';
  if (given.some((word) => JUSTIFIED.test(word) || word.startsWith('quarantine'))) return 'quarantine';
  if (given.some((word) => BENIGN.test(word))) return 'benign';
  if (isWorthy !== undefined) return isWorthy ? 'quarantine' : 'attention';
  return given.some((word) => ATTENTION.test(word)) ? 'attention' : 'quarantine';
}
