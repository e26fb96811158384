import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { closeAfterTests } from '../helpers/closing.ts';

/** Registers a real SDK as an operator would, which keeps the spans that have ended. */
export function recordSpans(): InMemorySpanExporter {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  closeAfterTests(() => provider.shutdown());
  return exporter;
}

export interface SpanTree {
  readonly name: string;
  readonly children: readonly SpanTree[];
}

/** The spans below one, by name, in the order in which they began. */
export function drawTree(spans: readonly ReadableSpan[], root: ReadableSpan): SpanTree {
  const children = spans
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === root.spanContext().spanId)
    .sort((one, other) => toNanoseconds(one.startTime) - toNanoseconds(other.startTime));
  return { name: root.name, children: children.map((child) => drawTree(spans, child)) };
}

function toNanoseconds([seconds, nanoseconds]: ReadableSpan['startTime']): number {
  return seconds * 1e9 + nanoseconds;
}
