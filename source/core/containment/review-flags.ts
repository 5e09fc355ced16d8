/**
 * What in a change takes effect outside the files it names: on the machine of whoever checks it out, in the
 * project's automation, or in agents to come. A reviewer sees these first; a diff shows them last.
 */
import { isWithin } from './paths.ts';

/** One file of a diff, as git's raw format has it; absent sides have the mode 000000. */
export interface ChangedFile {
  readonly path: string;
  readonly modeBefore: string;
  readonly modeAfter: string;
  /** What a link that the change leaves leads to; null for anything else. */
  readonly linkTarget: string | null;
}

export interface ReviewFlag {
  readonly path: string;
  readonly kind:
    | 'gitlink'
    | 'outward-link'
    | 'git-file'
    | 'automation'
    | 'agent-file'
    | 'editor-file'
    | 'executable';
  /** A clause for "PATH …". */
  readonly why: string;
}

const GITLINK = '160000';
const LINK = '120000';
const EXECUTABLE = '100755';
const ABSENT = '000000';

interface Pattern {
  readonly kind: ReviewFlag['kind'];
  readonly matches: RegExp;
  readonly why: string;
}

/** Case does not matter: two of three common file systems do not see it. */
const PATTERNS: readonly Pattern[] = [
  { kind: 'git-file', matches: /(^|\/)\.gitmodules$/i, why: 'names repositories that a clone fetches' },
  {
    kind: 'git-file',
    matches: /(^|\/)\.gitattributes$/i,
    why: 'decides which filters and merge programs git runs',
  },
  {
    kind: 'git-file',
    matches: /(^|\/)(\.husky|\.githooks)\//i,
    why: 'is run by git on the machine of whoever checks it out',
  },
  {
    kind: 'automation',
    matches:
      /^(\.github\/(workflows|actions)\/|\.gitlab-ci\.ya?ml$|\.gitlab\/ci\/|\.circleci\/|\.buildkite\/|\.woodpecker|\.drone\.ya?ml$|\.travis\.ya?ml$|azure-pipelines|bitbucket-pipelines\.ya?ml$|\.teamcity\/|\.ci\/)|(^|\/)(Jenkinsfile|action\.ya?ml)$/i,
    why: "runs in the project's automation, with its secrets",
  },
  {
    kind: 'agent-file',
    matches:
      /(^|\/)(fleet\.ya?ml|AGENTS?\.md|CLAUDE(\.local)?\.md|GEMINI\.md|\.mcp\.json|\.worktreeinclude)$|(^|\/)\.(claude|codex|gemini|opencode|cursor)\//i,
    why: 'tells later agents what to do, or what they may',
  },
  {
    kind: 'editor-file',
    matches:
      /(^|\/)(\.vscode|\.idea|\.devcontainer|\.zed)\/|(^|\/)(\.envrc|\.editorconfig|\.npmrc|\.yarnrc(\.yml)?|\.pnp\.c?js|\.tool-versions|\.exrc|\.nvim\.lua)$/i,
    why: 'is run or obeyed by editors and tools as soon as the folder is opened',
  },
];

/** In the order of the files; a file may have several. Only what the change leaves counts, not what it deletes. */
export function reviewFlags(files: readonly ChangedFile[]): ReviewFlag[] {
  return files.filter(({ modeAfter }) => modeAfter !== ABSENT).flatMap(flagsOf);
}

function flagsOf({ path, modeBefore, modeAfter, linkTarget }: ChangedFile): ReviewFlag[] {
  const flags: ReviewFlag[] = PATTERNS.filter(({ matches }) => matches.test(path)).map(({ kind, why }) => ({
    path,
    kind,
    why,
  }));
  if (modeAfter === GITLINK)
    flags.push({
      path,
      kind: 'gitlink',
      why: 'is another repository, which git enters and whose settings it obeys',
    });
  if (modeAfter === LINK && linkTarget !== null && isOutward(path, linkTarget))
    flags.push({ path, kind: 'outward-link', why: `leads out of the project, to ${linkTarget}` });
  if (modeAfter === EXECUTABLE && modeBefore !== EXECUTABLE)
    flags.push({ path, kind: 'executable', why: 'has become a program' });
  return flags;
}

/** Absolute, climbing above the top, or into git's own folder. */
function isOutward(path: string, target: string): boolean {
  if (target.startsWith('/')) return true;
  const place = path.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..' && place.pop() === undefined) return true;
    if (part !== '..' && part !== '.' && part !== '') place.push(part);
  }
  return isWithin(`/${place.join('/')}`.toLowerCase(), '/.git');
}
