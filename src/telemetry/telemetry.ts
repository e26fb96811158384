import {
  type Attributes,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  context,
  isSpanContextValid,
  propagation,
  trace,
} from '@opentelemetry/api';
import { hash } from 'node:crypto';
import { BillingError } from '../shared/errors.ts';
import type { Metrics } from './metrics.ts';

/** A kind of work that has spans, by this name, and metrics. */
export interface Operation {
  readonly name: string;
  readonly isRemote: boolean;
  readonly attributes: Attributes;
  /** Records metrics. The outcome is `OK`, an error code, or the outcome that the work reports. */
  readonly ended: (outcome: string, seconds: number) => void;
}

/** Overrides the outcome that a return value or an error implies. */
export interface Report {
  outcome?: string;
  /** Set by work that returns a failure instead of throwing it. */
  failed?: boolean;
  attributes?: Attributes;
}

export interface RequestTrace {
  /** In milliseconds of `performance.now()`. */
  readonly startedAt: number;
  run(work: () => void): void;
  end(status: number): void;
}

// @opentelemetry/api stays at the oldest version that suffices: an SDK does not serve an API newer than its own.
/** Metrics, and spans if the operator registered an OpenTelemetry SDK. Attributes contain no URL, secret or personal data. */
export class Telemetry {
  constructor(readonly metrics: Metrics | null = null) {}

  observe<T>(operation: Operation, work: (report: Report) => Promise<T>): Promise<T> {
    const { name, isRemote, attributes, ended } = operation;
    const kind = isRemote ? SpanKind.CLIENT : SpanKind.INTERNAL;
    return getTracer().startActiveSpan(name, { kind, attributes }, async (span) => {
      const start = performance.now();
      const report: Report = {};
      try {
        return await work(report);
      } catch (error) {
        report.outcome ??= toOutcome(error);
        report.failed = true;
        throw error;
      } finally {
        const { outcome = 'OK', failed = false, attributes: found = {} } = report;
        span.setAttributes(found);
        if (failed) markFailed(span, outcome);
        span.end();
        ended(outcome, (performance.now() - start) / 1000);
      }
    });
  }

  startRequest(method: string, route: string, headers: object): RequestTrace {
    const startedAt = performance.now();
    // The operator's SDK may have started a span for the request; otherwise the headers name the parent.
    const active = context.active();
    const parent = trace.getSpan(active) === undefined ? propagation.extract(active, headers) : active;
    const attributes = { 'http.request.method': method, 'http.route': route };
    const span = getTracer().startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
    const inside = trace.setSpan(parent, span);
    return {
      startedAt,
      run: (work) => context.with(inside, work),
      end: (status) => {
        span.setAttribute('http.response.status_code', status);
        if (status >= 500) markFailed(span, String(status));
        span.end();
      },
    };
  }
}

/** Without a registered SDK, its spans do nothing. It is asked for each time, since a host may register its SDK late. */
function getTracer(): Tracer {
  return trace.getTracer('billing-portal-graphql');
}

/** Records the error type alone: a message may contain anything. */
function markFailed(span: Span, type: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', type);
}

export function toOutcome(error: unknown): string {
  return error instanceof BillingError ? error.code : 'INTERNAL_SERVER_ERROR';
}

/** The active span's ids, in an object that pino extends: https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/ */
export function readTraceIds(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  if (span === undefined || !isSpanContextValid(span)) return {};
  return { trace_id: span.traceId, span_id: span.spanId };
}

/** Pseudonymizes user ids in one deployment's logs. The key protects guessable ids. It needs no HMAC: attackers cannot extend this hash. */
export function createSubjectHash(key: string): (userId: string) => string {
  return (userId) => hash('sha256', `${key}:${userId}`).slice(0, 16);
}

type Method = (...args: never[]) => Promise<unknown>;

/** Wraps a port so that each method has a span and metrics, named like `customers.findByUserId`. */
export function observePort<T extends { readonly [Name in keyof T]: Method }>(
  port: T,
  portName: string,
  telemetry: Telemetry,
): T {
  // Ports are implemented by classes, which have their methods in the prototype.
  const all = Object.getOwnPropertyNames(Object.getPrototypeOf(port)) as (keyof T & string)[];
  const observed = all
    .filter((name) => name !== 'constructor')
    .map((name) => {
      const operationName = `${portName}.${name}`;
      const operation: Operation = {
        name: `store ${operationName}`,
        isRemote: true,
        attributes: { 'db.operation.name': operationName },
        ended: (outcome, seconds) =>
          telemetry.metrics?.storeOperations.observe({ operation: operationName, outcome }, seconds),
      };
      return [name, (...args: never[]) => telemetry.observe(operation, () => port[name](...args))];
    });
  return Object.fromEntries(observed) as T;
}
