import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  context,
  propagation,
  trace,
} from '@opentelemetry/api';
import { BillingError } from '../shared/errors.ts';
import type { Metrics } from './metrics.ts';

const tracerName = 'billing-portal-graphql';

/** Something that is done again and again, as it is seen from outside. */
export interface Operation {
  /** The span's name. */
  readonly name: string;
  /** Whether another system does it for us. */
  readonly isRemote: boolean;
  readonly attributes: Attributes;
  /** Counts or times it. The outcome is `OK`, an error code, or what the work reports. */
  readonly ended: (outcome: string, seconds: number) => void;
}

/** What work tells of itself, where that differs from what it returns or throws. */
export interface Report {
  outcome?: string;
  /** For work that returns what is a failure all the same. */
  failed?: boolean;
  attributes?: Attributes;
}

/** A request that is being answered. */
export interface RequestTrace {
  /** By the clock of `performance`. */
  readonly startedAt: number;
  /** Runs something as a part of it. */
  run(work: () => void): void;
  end(status: number): void;
}

/**
 * What is seen of the service from outside: metrics, and spans for whichever OpenTelemetry SDK the operator
 * registered. Without one, none are made. No attribute holds a URL, a secret or a person.
 *
 * The API is taken in the oldest version that does: an SDK serves none that is newer than its own.
 */
export class Telemetry {
  constructor(readonly metrics: Metrics) {}

  /** Does work in a span of its own, and tells how it ended. */
  observe<T>(operation: Operation, work: (report: Report) => Promise<T>): Promise<T> {
    const tracer = findTracer();
    if (tracer === null) return measure(null, operation, work);
    const { name, isRemote, attributes } = operation;
    const kind = isRemote ? SpanKind.CLIENT : SpanKind.INTERNAL;
    return tracer.startActiveSpan(name, { kind, attributes }, (span) => measure(span, operation, work));
  }

  /** @param route as it was declared, never the URL */
  startRequest(method: string, route: string, headers: object): RequestTrace {
    const tracer = findTracer();
    if (tracer === null) return { startedAt: performance.now(), ...untraced };
    // The operator's SDK may have begun a span of its own; else the caller's headers tell whose part this is.
    const active = context.active();
    const parent = trace.getSpan(active) === undefined ? propagation.extract(active, headers) : active;
    const attributes = { 'http.request.method': method, 'http.route': route };
    const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
    return createRequestTrace(span, trace.setSpan(parent, span));
  }
}

/** What the API hands out stands for the SDK's own provider, once there is one. */
type Provider = TracerProvider & { getDelegateTracer?(name: string): Tracer | undefined };

/** Null where no SDK is registered: spans that nobody sees take longer than all else that is measured. */
function findTracer(): Tracer | null {
  const provider: Provider = trace.getTracerProvider();
  if (provider.getDelegateTracer === undefined) return provider.getTracer(tracerName);
  return provider.getDelegateTracer(tracerName) ?? null;
}

const untraced: Pick<RequestTrace, 'run' | 'end'> = { run: (work) => work(), end: () => undefined };

function createRequestTrace(span: Span, inside: Context): RequestTrace {
  return {
    startedAt: performance.now(),
    run: (work) => context.with(inside, work),
    end: (status) => {
      span.setAttribute('http.response.status_code', status);
      if (status >= 500) markFailed(span, String(status));
      span.end();
    },
  };
}

async function measure<T>(
  span: Span | null,
  { ended }: Operation,
  work: (report: Report) => Promise<T>,
): Promise<T> {
  const start = performance.now();
  const report: Report = {};
  let outcome = 'OK';
  try {
    return await work(report);
  } catch (error) {
    outcome = toOutcome(error);
    report.failed = true;
    throw error;
  } finally {
    outcome = report.outcome ?? outcome;
    if (span !== null) end(span, report, outcome);
    ended(outcome, (performance.now() - start) / 1000);
  }
}

function end(span: Span, { attributes, failed }: Report, outcome: string): void {
  if (attributes) span.setAttributes(attributes);
  if (failed) markFailed(span, outcome);
  span.end();
}

/** The type alone: messages may hold anything. */
function markFailed(span: Span, type: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', type);
}

/** The code that a failure has for clients. */
export function toOutcome(error: unknown): string {
  return error instanceof BillingError ? error.code : 'INTERNAL_SERVER_ERROR';
}

/** What `readTraceIds` gives outside of spans. */
export const noTraceIds: Readonly<Record<string, string>> = {};

/**
 * The span under way, for log lines, by the names that OpenTelemetry gives them in logs of other forms:
 * https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
 */
export function readTraceIds(): Readonly<Record<string, string>> {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? noTraceIds : { trace_id: span.traceId, span_id: span.spanId };
}
