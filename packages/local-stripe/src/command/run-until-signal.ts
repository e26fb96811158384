import { runCommand } from './command.ts';
import type { WriteLine } from './command.ts';

/** Runs the command line until SIGINT or SIGTERM. Returns the exit code. */
export async function runUntilSignal(
  args: readonly string[],
  { write, writeError }: { readonly write: WriteLine; readonly writeError: WriteLine },
): Promise<number> {
  try {
    const localStripe = await runCommand(args, write);
    if (!localStripe) return 0;
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    await localStripe.stop();
    return 0;
  } catch (error) {
    writeError(error instanceof Error ? error.message : String(error));
    return 1;
  }
}
