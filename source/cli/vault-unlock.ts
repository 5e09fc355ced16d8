import { EXIT, type Command } from './command.ts';
import { askDaemon } from './daemon-ask.ts';
import { secretInput } from './secret-input.ts';

export const command: Command = {
  name: 'vault unlock',
  summary: 'open the vault of encrypted files until the daemon ends; the first time, choose its passphrase',
  usage: 'fleet vault unlock',
  arguments: [],
  options: [],
  async run(invocation) {
    const passphrase = await secretInput(invocation, 'passphrase: ');
    if (passphrase === null) return EXIT.failed;
    await askDaemon(invocation, { type: 'vault-unlock', passphrase });
    invocation.stdout.write('the vault is open\n');
    return EXIT.ok;
  },
};
