/** What a project says of networks: the hosts its agents may reach, and the service that runs their model. */
import { parseHostRule } from '../network/host-rules.ts';
import { MODEL_PROVIDERS, providerFacts, type ModelBackend } from '../network/model-providers.ts';
import { nameProblem } from '../secrets/names.ts';
import { listOf, mapOf, oneOf, refined, text, type Refined } from './shape.ts';

/** For runs that have the scope `network`. */
export const network = listOf(
  text('a host, as in example.com, *.example.com or example.com:8443', (value) => {
    const rule = parseHostRule(value);
    return 'problem' in rule ? rule.problem : null;
  }),
  'a list of hosts',
);

/** A key travels there: in the open only to this machine itself. */
const UPSTREAM = /^(?:https:\/\/[a-z0-9.-]+(?::\d{1,5})?|http:\/\/127\.0\.0\.1:\d{1,5})(?:\/[\w./~-]*)?$/i;

const backendKeys = mapOf(
  {
    provider: oneOf(MODEL_PROVIDERS),
    upstream: text('an address, as in https://gateway.example.com', (value) =>
      UPSTREAM.test(value) ? null : `"${value}" is no https:// address`,
    ),
    key: text('the name of a secret in the vault', nameProblem),
  },
  { required: ['provider', 'key'] },
);

export const backend = refined(backendKeys, ({ values }): Refined<ModelBackend> => {
  const { provider, key } = values;
  const upstream = values.upstream?.replace(/\/+$/, '') ?? providerFacts(provider!).upstream;
  return upstream === null
    ? { wrong: `${provider} has no address of its own`, expected: 'upstream: https://…, your gateway' }
    : { value: { provider: provider!, upstream, key: key! } };
});
