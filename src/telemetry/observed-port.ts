import type { Operation, Telemetry } from './telemetry.ts';

type Method = (...args: never[]) => Promise<unknown>;

/** Wraps a port so that each method has a span and metrics, named like `customers.findByUserId`. */
export function observePort<T extends { readonly [Name in keyof T]: Method }>(
  port: T,
  portName: string,
  telemetry: Telemetry,
): T {
  const methods = listMethods(port).map(([name, method]) => {
    const operation = createOperation(portName, name, telemetry);
    return [
      name,
      (...args: never[]) => telemetry.observe(operation, () => method.apply(port, args)),
    ] as const;
  });
  return Object.fromEntries(methods) as T;
}

function createOperation(portName: string, name: string, { metrics }: Telemetry): Operation {
  const operation = `${portName}.${name}`;
  return {
    name: `store ${operation}`,
    isRemote: true,
    attributes: { 'db.operation.name': operation },
    ended: (outcome, seconds) => metrics.storeAnswered(operation, outcome, seconds),
  };
}

/** Lists the methods of the prototype, because ports are implemented by classes. */
function listMethods(port: object): [string, Method][] {
  const prototype = Object.getPrototypeOf(port) as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name): [string, Method][] => {
    const value = prototype[name];
    return typeof value === 'function' && name !== 'constructor' ? [[name, value as Method]] : [];
  });
}
