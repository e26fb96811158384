import type { Operation, Telemetry } from './telemetry.ts';

type Method = (...args: never[]) => Promise<unknown>;

/** A port of a feature, with each of its methods observed as `customers.findByUserId`. */
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

/** Ports are implemented by classes, whose methods are on their prototypes. */
function listMethods(port: object): [string, Method][] {
  const prototype = Object.getPrototypeOf(port) as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name): [string, Method][] => {
    const value = prototype[name];
    return typeof value === 'function' && name !== 'constructor' ? [[name, value as Method]] : [];
  });
}
