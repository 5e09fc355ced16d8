import { describe, expect, it } from 'vitest';
import { judgeHost, parseHostRule, type HostRule } from '../../../source/core/network/host-rules.ts';

const rule = (text: string): HostRule => {
  const parsed = parseHostRule(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
};
const verdict = (rules: string[], host: string, port = 443): string =>
  judgeHost(rules.map(rule), { host, port }).type;

describe('rules of hosts', () => {
  it.each([
    [['example.com'], 'example.com', 443, 'allow'],
    [['example.com'], 'EXAMPLE.com.', 80, 'allow'],
    [['Example.COM'], 'example.com', 443, 'allow'],
    [['example.com'], 'example.com', 8443, 'deny'],
    [['example.com:8443'], 'example.com', 8443, 'allow'],
    [['example.com:8443'], 'example.com', 443, 'deny'],
    [['example.com'], 'www.example.com', 443, 'deny'],
    [['*.example.com'], 'www.example.com', 443, 'allow'],
    [['*.example.com'], 'a.b.example.com', 443, 'allow'],
    [['*.example.com'], 'example.com', 443, 'deny'],
    [['*.example.com'], 'evilexample.com', 443, 'deny'],
    [['example.com'], 'example.com.evil.org', 443, 'deny'],
    [['10.1.2.3'], '10.1.2.3', 443, 'allow'],
    [['10.1.2.3'], '010.1.2.3', 443, 'deny'],
    [['[2001:db8::1]:8080'], '[2001:DB8::1]', 8080, 'allow'],
    [[], 'example.com', 443, 'deny'],
    [['example.com'], 'example.com%00.evil.org', 443, 'deny'],
    [['example.com'], 'exam\u0000ple.com', 443, 'deny'],
    [['example.com'], 'ex ample.com', 443, 'deny'],
    [['example.com'], '', 443, 'deny'],
  ])('PE8 %j and %s:%i is %s', (rules, host, port, expected) => {
    expect(verdict(rules, host, port)).toBe(expected);
  });

  it.each([
    '',
    '*',
    '*.com',
    '*.10.0.0.1',
    'exa mple.com',
    'http://example.com',
    'example.com:99999',
    '2130706433',
  ])('PE8 "%s" is no rule, and the words say why', (text) => {
    expect(parseHostRule(text)).toMatchObject({ problem: expect.stringContaining(`"${text}"`) });
  });
});
