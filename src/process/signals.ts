/** A terminal or a supervisor that signals every process also signals npm, which forwards the signal: it arrives twice. */
const sameSignalMs = 500;

interface SignalListeners {
  readonly onFirst: (signal: NodeJS.Signals) => void;
  /** For each further signal, unless it comes so soon that it is the first one, forwarded. */
  readonly onSecond: (signal: NodeJS.Signals) => void;
}

/** Listens for SIGINT and SIGTERM. Returns a function that ends the listening. */
export function listenForSignals({ onFirst, onSecond }: SignalListeners): () => void {
  let firstAt: number | null = null;
  const listen = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (firstAt === null) onFirst(signal);
    else if (now - firstAt >= sameSignalMs) onSecond(signal);
    firstAt ??= now;
  };
  process.on('SIGINT', listen).on('SIGTERM', listen);
  return () => void process.removeListener('SIGINT', listen).removeListener('SIGTERM', listen);
}
