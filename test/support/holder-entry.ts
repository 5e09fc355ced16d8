/** Runs a holder straight from its sources, as the program's own entry does from the bundle. */
import { runHolder } from '../../source/holder/main.ts';

await runHolder();
