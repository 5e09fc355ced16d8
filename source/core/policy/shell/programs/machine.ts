/** Programs that say what time it is, who asks and what machine this is. All of them are in the lowest tier. */
import type { Program } from './program.ts';

export const MACHINE: readonly Program[] = [
  {
    names: 'date',
    tier: 'restricted',
    options:
      '-d: -u -R -I? -r/ -j -v: --date: --utc --universal --rfc-email --rfc-2822 --rfc-3339: --iso-8601? --reference/ --debug',
    operands: ({ operands }) => ({
      touches: [],
      problem: operands.every(({ text }) => text.startsWith('+'))
        ? null
        : 'an operand without + sets the clock',
    }),
  },
  {
    names: 'cal ncal',
    tier: 'restricted',
    options: '-1 -3 -j -m: -y -h -s -n:',
    operands: 'text',
    isText: true,
  },
  {
    names: 'whoami tty arch nproc logname',
    tier: 'restricted',
    options: '--all --ignore: -s',
    operands: 'none',
  },
  {
    names: 'id groups',
    tier: 'restricted',
    options: '-u -g -G -n -r -z --user --group --groups --name --real --zero',
    operands: 'text',
  },
  {
    names: 'uname',
    tier: 'restricted',
    options:
      '-a -s -n -r -v -m -p -i -o --all --kernel-name --nodename --kernel-release --machine --operating-system',
    operands: 'none',
  },
  {
    names: 'hostname',
    tier: 'restricted',
    options: '-s -f -i -I -d --short --fqdn --long',
    operands: 'none',
  },
  { names: 'uptime', tier: 'restricted', options: '-p -s --pretty --since', operands: 'none' },
  {
    names: 'free',
    tier: 'restricted',
    options: '-b -k -m -g -h -t -w --human --mega --giga --total --wide',
    operands: 'none',
  },
  {
    names: 'lscpu sw_vers',
    tier: 'restricted',
    options: '-productName -productVersion -buildVersion',
    hasSingleDashWords: true,
    operands: 'none',
  },
  {
    names: 'ps',
    tier: 'restricted',
    options: '-e -A -a -f -l -x -u: -p: -o: --sort: --no-headers --forest -H -F -w --pid: --ppid: -C:',
    operands: ({ operands }) => ({
      touches: [],
      // With an `e` among its letters it prints environments.
      problem: operands.every(({ text }) => /^(?:[aufxlw]+|\d+)$/.test(text))
        ? null
        : 'its letters may show environments',
    }),
  },
  {
    names: 'which',
    tier: 'restricted',
    options: '-a -s --all --skip-dot --skip-tilde',
    operands: 'text',
    isText: true,
  },
  { names: 'locale', tier: 'restricted', options: '-a -m -k -c --all-locales', operands: 'text' },
  {
    names: 'printenv',
    tier: 'restricted',
    options: '-0',
    operands: ({ operands }) => ({
      touches: [],
      problem:
        operands.length > 0 && operands.every(({ text }) => PUBLIC_VARIABLE.test(text))
          ? null
          : 'variables may hold secrets',
    }),
  },
];

const PUBLIC_VARIABLE =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|PWD|LANG|LC_\w+|TERM|TZ|CI|NODE_ENV|EDITOR|COLUMNS|LINES)$/;
