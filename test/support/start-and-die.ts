/** A starter that is killed right after it started a holder: `node start-and-die.ts SPEC-JSON`. */
import { startHolder } from '../../source/daemon/holders.ts';
import type { HolderSpec } from '../../source/wire/holder-spec.ts';
import { HOLDER_PROGRAM } from './holder-lab.ts';

await startHolder(HOLDER_PROGRAM, JSON.parse(process.argv[2]!) as HolderSpec);
process.kill(process.pid, 'SIGKILL');
