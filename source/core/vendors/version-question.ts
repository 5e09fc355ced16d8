/** Which versions of a program can be gated: every one from the first that was found to hold. */
import type { VersionCheck, VersionQuestion } from './vendor.ts';

type Version = readonly [number, number, number];

export function versionQuestion(known: {
  readonly program: string;
  /** As people call it. */
  readonly title: string;
  readonly versionMin: Version;
  /** What is wrong with an older one: "lets a call through when …". */
  readonly fault: string;
  /** Its name in the npm registry. */
  readonly package: string;
}): VersionQuestion {
  const howToInstall = `install ${known.versionMin.join('.')} or newer: npm install -g ${known.package}`;
  return {
    arguments: ['--version'],
    howToInstall,
    check(text: string): VersionCheck {
      const found = /(\d+)\.(\d+)\.(\d+)/.exec(text);
      if (!found)
        return {
          type: 'unreadable',
          message: `"${known.program} --version" said ${JSON.stringify(text.slice(0, 80))}, which names no version; ${howToInstall}`,
        };
      const version = found[0];
      if (!isOlder(found.slice(1).map(Number), known.versionMin)) return { type: 'fine', version };
      return { type: 'too-old', message: `${known.title} ${version} ${known.fault}; ${howToInstall}` };
    },
  };
}

function isOlder(version: readonly number[], least: Version): boolean {
  const at = least.findIndex((part, place) => version[place] !== part);
  return at !== -1 && version[at]! < least[at]!;
}
