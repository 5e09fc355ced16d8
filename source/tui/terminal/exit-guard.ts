/**
 * Whatever ends or stops this process, the person gets their terminal back first. SIGKILL is the one thing
 * nobody can catch.
 */
export interface GuardedTerminal {
  /** Synchronous, and harmless when called again. */
  restore(): void;
  /** After the process was stopped and goes on. */
  resume(): void;
}

const ENDINGS = ['SIGHUP', 'SIGTERM', 'SIGINT', 'SIGQUIT'] as const;

/**
 * Restores on exit, on an uncaught exception or rejection (before Node prints it), and on the signals that end
 * a process; those still end it, with the same signal, unless `onSignal` says how. Returns how to let go.
 */
export function guardExit(
  terminal: GuardedTerminal,
  onSignal?: (signal: NodeJS.Signals) => void,
): () => void {
  const restore = (): void => terminal.restore();
  const end = (signal: NodeJS.Signals): void => {
    terminal.restore();
    if (onSignal !== undefined) return onSignal(signal);
    release();
    process.kill(process.pid, signal);
  };
  const stop = (): void => {
    terminal.restore();
    // SIGTSTP has our handler; this one cannot have any.
    process.kill(process.pid, 'SIGSTOP');
  };
  const resume = (): void => terminal.resume();
  process.on('exit', restore);
  // Rejections nobody handles become uncaught exceptions, so this sees both; it does not keep the process alive.
  process.on('uncaughtExceptionMonitor', restore);
  for (const signal of ENDINGS) process.on(signal, end);
  process.on('SIGTSTP', stop);
  process.on('SIGCONT', resume);
  const release = (): void => {
    process.off('exit', restore);
    process.off('uncaughtExceptionMonitor', restore);
    for (const signal of ENDINGS) process.off(signal, end);
    process.off('SIGTSTP', stop);
    process.off('SIGCONT', resume);
  };
  return release;
}
