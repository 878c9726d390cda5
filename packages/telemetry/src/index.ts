/**
 * What a process tells its operators. Metrics: `createRegistry`, with `registry.gauge`, `.counter` and `.histogram`, served as Prometheus
 * text. Traces: `startTracing` once, then `traced` around work and `traceparent` to carry the trace on; all of it does nothing until a
 * collector is named.
 */
export { createRegistry, type Registry } from "./metrics.ts";
export { serveMetrics } from "./serve-metrics.ts";
export { startTracing, type Tracing, traced, traceparent } from "./tracing.ts";
