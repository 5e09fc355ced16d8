/** Reads what was typed and starts one process or one command, loading nothing else. */
import { fileURLToPath } from 'node:url';
import packageJson from './package.json' with { type: 'json' };
import type { Invocation } from './source/cli/command.ts';

const { version } = packageJson;
const program = {
  node: process.execPath,
  script: fileURLToPath(import.meta.url),
  gateScript: fileURLToPath(new URL('./fleet-gate.cjs', import.meta.url)),
};

async function main(argv: readonly string[]): Promise<number> {
  switch (argv[0]) {
    case 'holder':
      await (await import('./source/holder/main.ts')).runHolder();
      return 0;
    case 'screens':
      await (await import('./source/screens/main.ts')).runScreens();
      return 0;
    case 'daemon': {
      const { runDaemon } = await import('./source/daemon/main.ts');
      const { placesOf } = await import('./source/wire/places.ts');
      const { gateScript } = program;
      return runDaemon({ places: placesOf(), program, gateScript, version, environment: process.env });
    }
    case 'demo-agent':
      await (await import('./source/demo/roles.ts')).runDemoAgent(argv[1] ?? '');
      return 0;
    case undefined: {
      const { placesOf } = await import('./source/wire/places.ts');
      return openControlRoom({ places: placesOf() });
    }
    default: {
      const { runCommandLine } = await import('./source/cli/main.ts');
      const { stdin, stdout, stderr, env } = process;
      return runCommandLine(argv, {
        stdin,
        stdout,
        stderr,
        env,
        cwd: process.cwd(),
        program,
        version,
        openControlRoom,
      });
    }
  }
}

const openControlRoom: Invocation['openControlRoom'] = async (options) => {
  const { runTui } = await import('./source/tui/main.tsx');
  return runTui({ ...options, program, version, cwd: process.cwd(), environment: process.env });
};

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(
      `fleet-tui: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 1;
  },
);
