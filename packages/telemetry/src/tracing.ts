import {
  type Attributes,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

const NAME = "keystone";

export interface Tracing {
  /** Sends what is left; at most a few seconds. */
  stop(): Promise<void>;
}

/** Sends the spans of this process to the collector at `endpoint` (OTLP over HTTP); without one nothing is traced. */
export function startTracing(service: string, endpoint: string | undefined): Tracing {
  if (endpoint === undefined) return { stop: async () => undefined };
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, "")}/v1/traces`, timeoutMillis: 3_000 });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": service }),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: 3_000 })],
  });
  trace.setGlobalTracerProvider(provider);
  return {
    // A collector that is away keeps nobody from ending.
    stop: () => provider.shutdown().catch(() => undefined),
  };
}

/**
 * Runs `work` as a span: within the one that runs already, or, with a `parent` (a W3C traceparent; null begins a trace), as what goes on
 * there. Attributes are ids and outcomes; never a secret, a token or anything about a person. An error ends the span as failed, without its text.
 */
export function traced<T>(
  name: string,
  { attributes, parent }: { attributes: Attributes; parent?: string | null },
  work: (span: Pick<Span, "setAttribute" | "updateName">) => Promise<T>,
): Promise<T> {
  const within = parent === undefined ? context.active() : contextOf(parent);
  return trace.getTracer(NAME).startActiveSpan(name, { attributes }, within, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setAttribute("error.type", error instanceof Error ? error.name : "unknown");
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

function contextOf(parent: string | null) {
  return parent === null ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent: parent });
}

/** The W3C traceparent of the span that runs; null where nobody traces. */
export function traceparent(): string | null {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent ?? null;
}
