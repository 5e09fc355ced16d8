/** A client in a process of its own, to be killed: `node watch-holder.ts SOCKET`. Prints once it is fed. */
import { connectHolder } from '../../source/wire/holder-client.ts';

const connection = await connectHolder({ socket: process.argv[2]!, epoch: 0, timeoutMs: 5_000 });
connection.onData(() => process.stdout.write('fed\n'));
connection.attach(0);
