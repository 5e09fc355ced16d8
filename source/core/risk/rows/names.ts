/** What people call the things a row can say, and the states an agent can be in. */
import type { Mode } from '../observation.ts';
import { plain } from './fields.ts';

export const COUNT = ['n', 'count', 'value', 'total', 'k', 'amount'];
export const CALLS = ['outcomes', 'calls', 'toolcalls', 'n', 'total', 'count', 'outcome', 'runs', 'attempts'];
export const FAILED = [
  'failed',
  'failures',
  'fails',
  'fail',
  'errors',
  'error',
  'err',
  'errs',
  'e',
  'bad',
  'failedcalls',
];
export const SUCCEEDED = ['ok', 'succeeded', 'success', 'successes', 'oks', 'good', 'passed'];
export const REPEATS = [
  'repeats',
  'repeat',
  'repeated',
  'identical',
  'noprogressrepeats',
  'isrepeat',
  'dup',
  'duplicates',
  'rep',
  'reps',
];
export const PROGRESS = ['progress', 'progressed', 'progressevents', 'isprogress', 'madeprogress', 'prog'];
export const RESTARTS = ['restarts', 'restart', 'unplannedrestarts', 'crashes', 'crash'];
export const DOWN = [
  'down',
  'downmin',
  'downmins',
  'downminutes',
  'downtime',
  'minutesdown',
  'downtimemin',
  'downtimeminutes',
];
export const SCHEDULED = ['scheduled', 'scheduledmin', 'scheduledminutes', 'sched'];
export const BLOCKED = ['blocked', 'blockedtasks', 'tasksblocked', 'nblocked', 'blockedcount'];
export const IN_FLIGHT = [
  'inflight',
  'toolinflight',
  'callsinflight',
  'toolrunning',
  'tool',
  'build',
  'building',
  'longtool',
];
export const WAITING = [
  'waiting',
  'waitinghuman',
  'waitingonhuman',
  'waitingforhuman',
  'blockedonuser',
  'blockedonhuman',
  'waitinguser',
  'human',
  'onhuman',
  'approval',
  'approvalpending',
  'waitingapproval',
  'awaitingapproval',
];
export const LIMITED = ['limited', 'ratelimited', 'ratelimit', 'throttled'];
export const BYTES = ['bytes', 'outputbytes', 'ptybytes', 'newbytes', 'output', 'chars'];
export const SCORE = ['score', 'eval', 'evalscore', 'quality', 'qualityscore', 'points'];
export const ON_TIME = [
  'ontime',
  'isontime',
  'insla',
  'sla',
  'slamet',
  'met',
  'withinsla',
  'slaok',
  'due',
  'metsla',
];
export const STATE = ['state', 'mode', 'status', 'activity', 'phase', 'to'];

/** Null: no state this word names. */
export function modeOf(word: string): Mode | 'in-flight' | null {
  switch (plain(word)) {
    case 'working':
    case 'work':
    case 'active':
    case 'busy':
    case 'running':
    case 'on':
    case 'up':
    case 'thinking':
      return 'working';
    case 'idle':
    case 'sleep':
    case 'sleeping':
    case 'night':
    case 'off':
    case 'inactive':
    case 'done':
    case 'rest':
    case 'ended':
    case 'stopped':
    case 'unknown':
      return 'idle';
    case 'paused':
    case 'pause':
    case 'suspended':
    case 'held':
    case 'unscheduled':
      return 'paused';
    case 'waiting':
    case 'wait':
    case 'waitinghuman':
    case 'waitingonhuman':
    case 'waitingforhuman':
    case 'waitingapproval':
    case 'awaitingapproval':
    case 'waitingforapproval':
    case 'approval':
    case 'blockedonuser':
    case 'blockedonhuman':
    case 'waitinguser':
    case 'waitingforuser':
      return 'waiting';
    case 'limited':
    case 'ratelimited':
    case 'ratelimit':
    case 'throttled':
      return 'limited';
    case 'down':
    case 'crashed':
    case 'dead':
      return 'down';
    case 'tool':
    case 'inflight':
    case 'toolinflight':
    case 'toolrunning':
    case 'build':
    case 'building':
    case 'runningtool':
    case 'longtool':
    case 'intool':
      return 'in-flight';
    default:
      return null;
  }
}
