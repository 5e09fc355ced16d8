/**
 * What agents do, in one vocabulary. Each vendor's adapter maps its own tool names and fields to this;
 * rules and tiers know nothing of vendors. The names before the colon are what stands in a rule.
 */

export type Action =
  /** Bash(…) */
  | { readonly type: 'shell'; readonly command: string }
  /** Read(…), Write(…), Edit(…), Delete(…), LS(…), Screenshot */
  | {
      readonly type: 'read' | 'write' | 'edit' | 'delete' | 'list' | 'screenshot';
      readonly paths: readonly string[];
    }
  /** Glob(…), Grep(…): `pattern` is matched against names below `paths`, or against contents of what lies there. */
  | {
      readonly type: 'glob' | 'grep';
      readonly pattern: string;
      /** Which files below the path: may climb out of it, so it is judged like a path. */
      readonly files: string | null;
      readonly paths: readonly string[];
    }
  /** WebFetch(domain:…) */
  | { readonly type: 'fetch'; readonly url: string }
  /** WebSearch */
  | { readonly type: 'web-search'; readonly query: string }
  /** BrowserView, BrowserNavigate, BrowserAct: looking, going somewhere, clicking and typing */
  | {
      readonly type: 'browser-view' | 'browser-navigate' | 'browser-act';
      readonly url: string | null;
    }
  /** Task(kind): a sub-agent; the tier it would run at where the call names one. */
  | {
      readonly type: 'subagent';
      readonly kind: string;
      readonly tier: string | null;
    }
  /** Vault(NAME), Schedule, Agents, Triggers, Workspace */
  | {
      readonly type: 'vault' | 'schedule' | 'agents' | 'triggers' | 'workspace';
      readonly name: string;
    }
  /** mcp__server__tool; either part may be a pattern in a rule */
  | { readonly type: 'mcp'; readonly tool: string }
  /** Harmless by itself: a to-do list, a plan, a question to the person in front of the pane. */
  | { readonly type: 'note'; readonly tool: string }
  /** A tool nobody here knows, or one with fields nobody here knows: `detail` says which. It asks. */
  | { readonly type: 'unknown'; readonly tool: string; readonly detail: string };
