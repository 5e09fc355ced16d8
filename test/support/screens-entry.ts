/** Runs screens straight from its sources, as the program's own entry does from the bundle. */
import { runScreens } from '../../source/screens/main.ts';

await runScreens();
