/** What people ask about tiers and scopes, carried out. */
import { tierOf } from '../core/permissions/policy-of.ts';
import type { Ask, AskValue } from '../wire/daemon-protocol.ts';
import { AskRefused } from './clients.ts';
import type { Configuration } from './configuration.ts';
import type { Loop } from './loop.ts';
import type { Input } from '../core/input.ts';

type PermissionAsk = Extract<Ask, { type: 'grant-scope' | 'revoke-scope' | 'set-tier' | 'set-default-tier' }>;

export class PermissionAsks {
  readonly #loop: Loop;
  readonly #configuration: Configuration;

  constructor({ loop, configuration }: { readonly loop: Loop; readonly configuration: Configuration }) {
    this.#loop = loop;
    this.#configuration = configuration;
  }

  /** `run` is the run's whole id. */
  async answer(ask: PermissionAsk, actor: string): Promise<AskValue['set-tier'] | Record<string, never>> {
    switch (ask.type) {
      case 'grant-scope':
      case 'revoke-scope':
        await this.#submit(ask, actor);
        return {};
      case 'set-tier': {
        await this.#configuration.refresh(ask.project);
        await this.#submit(ask, actor);
        const { tier, source } = tierOf(this.#loop.fleet, ask.project, ask.agent);
        return { tier, source };
      }
      case 'set-default-tier':
        await this.#configuration.setDefaultTier(ask.tier, actor);
        return {};
      default:
        return ask satisfies never;
    }
  }

  async #submit(input: Input, actor: string): Promise<void> {
    const { refusal } = await this.#loop.submit(input, actor);
    if (refusal) throw new AskRefused(refusal.code, refusal.message);
  }
}
