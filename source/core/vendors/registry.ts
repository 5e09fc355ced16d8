/** Every kind of agent, by its name in fleet.yaml. */
import type { Vendor } from '../agent.ts';
import type { Protection } from '../event.ts';
import { claude } from './claude.ts';
import { codex } from './codex.ts';
import { command } from './command.ts';
import { gemini } from './gemini.ts';
import { opencode } from './opencode.ts';
import { scripted } from './scripted.ts';
import type { VendorAdapter } from './vendor.ts';

const ADAPTERS: Readonly<Record<Vendor, VendorAdapter>> = {
  claude,
  codex,
  gemini,
  opencode,
  scripted,
  command,
};

export const adapterOf = (vendor: Vendor): VendorAdapter => ADAPTERS[vendor];

export const protectionOf = (vendor: Vendor): Protection => ADAPTERS[vendor].protection;

/**
 * The adapter that understands a hook dialect, the gate's first argument. One nobody speaks gets the plain
 * command's adapter, which understands nothing and says no.
 */
export function adapterFor(dialect: string): VendorAdapter {
  return DIALECTS.get(dialect) ?? command;
}

const DIALECTS: ReadonlyMap<string, VendorAdapter> = new Map([
  ['claude', claude],
  ['codex', codex],
  ['gemini', gemini],
  ['fleet', scripted],
]);
