import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { Person } from './person.ts';

const program = fileURLToPath(new URL('./terminal-program.ts', import.meta.url));
const people: Person[] = [];
afterEach(() => {
  for (const person of people.splice(0)) person.close();
});

/** The program under a shell, as people start it; the shell says afterwards how it found the terminal. */
function start(ending: string, after = 'stty -a'): Person {
  const person = new Person('/bin/sh', [
    '-c',
    `"$0" "$1" "$2"; echo "rc $?"; ${after}`,
    process.execPath,
    program,
    ending,
  ]);
  people.push(person);
  return person;
}

const ready = async (person: Person): Promise<number> => Number((await person.sees(/<ready (\d+)>/u))[1]);

describe('UI5 every way out gives the terminal back', () => {
  test.each([
    ['close', undefined, 'rc 0'],
    ['exit', undefined, 'rc 0'],
    ['throw', undefined, 'rc 1'],
    ['reject', undefined, 'rc 1'],
    ['signal', 'SIGHUP', 'rc 129'],
    ['signal', 'SIGTERM', 'rc 143'],
    ['signal', 'SIGINT', 'rc 130'],
  ] as const)('UI5 %s %s', async (ending, signal, code) => {
    const person = start(ending);
    const pid = await ready(person);
    await person.sees('<acknowledged>');
    await person.screen.show('');
    // All of it is on while the program runs.
    expect(person.leftBehind()).toEqual([
      'alternate screen',
      'bracketed paste',
      'mouse',
      'focus reports',
      'no wrap',
      'hidden cursor',
    ]);
    if (signal === undefined) person.pty.write('q');
    else process.kill(pid, signal);
    await person.sees(code);
    await person.leaves();
    expect(person.leftBehind()).toEqual([]);
    expect(person.output).toMatch(/ icanon .*\n?/u);
    expect(person.output).toMatch(/ echo /u);
    // The reason is printed where the person can read it: on the ordinary screen.
    if (ending === 'throw' || ending === 'reject')
      expect(person.output.slice(person.output.lastIndexOf('[?1049l'))).toContain('a bug');
  });
});

test('UI5 no answer of the terminal is left behind as typed text', async () => {
  const person = start(
    'close',
    'stty -icanon -echo min 0 time 3; echo "left:$(dd bs=100 count=1 2>/dev/null | od -c)"',
  );
  await ready(person);
  await person.sees('<acknowledged>');
  person.pty.write('q');
  await person.sees(/left:0000000\s/u);
});

test('UI5 the terminal is asked what it can, and its answers are not keys', async () => {
  const person = start('close');
  await person.sees('<features ');
  await ready(person);
  person.pty.write('x\u001B[A');
  await person.sees('<key x><key up>');
  person.pty.write('\u001B');
  await person.sees('<key escape>');
  expect(person.output).not.toMatch(/<key [^xeu]/u);
});

test('UI1 a resize is told once, with the last size', async () => {
  const person = start('close');
  await ready(person);
  for (let columns = 81; columns <= 100; columns++) person.pty.resize(columns, 30);
  await person.sees('<size 100x30>');
  expect(person.output.match(/<size /gu)!.length).toBeLessThan(10);
});

test('UI1 an editor gets the terminal as a shell does, and afterwards everything is painted anew', async () => {
  const person = start('close');
  await ready(person);
  await person.sees('<acknowledged>');
  person.pty.write('e');
  await person.sees('[editor]');
  await person.sees('<repaint>');
  const between = person.output.slice(0, person.output.indexOf('[editor]'));
  expect(between.lastIndexOf('[?1049l')).toBeGreaterThan(between.lastIndexOf('[?1049h'));
  person.pty.write('x');
  await person.sees('<key x>');
});

test('UI5 stopped by the shell it gives the terminal back, continued it takes it again', async () => {
  const person = start('close');
  const pid = await ready(person);
  await person.sees('<acknowledged>');
  process.kill(pid, 'SIGTSTP');
  await person.sees('[?1049l');
  await until(async () => {
    await person.screen.show('');
    return person.leftBehind().length === 0 || undefined;
  }, 'the terminal to be given back');
  process.kill(pid, 'SIGCONT');
  await person.sees('<repaint>');
  person.pty.write('x');
  await person.sees('<key x>');
  await person.screen.show('');
  expect(person.leftBehind()).toContain('alternate screen');
});

test('UI5 a terminal that hangs up ends the program', async () => {
  const person = start('close');
  const pid = await ready(person);
  person.pty.kill('SIGHUP');
  // The master is closed: whatever the program still writes fails.
  (person.pty as unknown as { destroy(): void }).destroy();
  await until(() => {
    try {
      process.kill(pid, 0);
      return undefined;
    } catch {
      return true;
    }
  }, 'the program to end');
});
