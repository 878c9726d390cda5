import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry as PromRegistry } from "prom-client";

type Labels<L extends string> = Record<L, string | number>;
/** What a gauge shows, with its labels; read when it is scraped. */
type Reading<L extends string> = { labels: Labels<L>; value: number };

export interface Registry {
  /** A value that is read when it is scraped. Where it cannot be read it is not shown, and everything else is. */
  gauge<L extends string>(
    name: string,
    help: string,
    labels: readonly L[],
    read: () => Promise<Reading<L>[]> | Reading<L>[],
  ): void;
  /** Returns how to count one. */
  counter<L extends string>(name: string, help: string, labels: readonly L[]): (labels: Labels<L>) => void;
  /** Returns how to observe so many seconds. */
  histogram<L extends string>(
    name: string,
    help: string,
    labels: readonly L[],
  ): (labels: Labels<L>, seconds: number) => void;
  /** The names of what was registered here, of histograms by their parts, each with its labels: what alerts may ask for. */
  registered: ReadonlyMap<string, readonly string[]>;
  /** All of it as Prometheus reads it. */
  text(): Promise<string>;
  contentType: string;
}

/** From a quick read to a request that is given up. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A process's metrics, those of Node itself included. Labels are of few values: never an id, a path or anything that a caller sends. */
export function createRegistry(): Registry {
  const register = new PromRegistry();
  collectDefaultMetrics({ register });
  const registered = new Map<string, readonly string[]>();
  return {
    registered,
    gauge(name, help, labelNames, read) {
      registered.set(name, labelNames);
      new Gauge({
        name,
        help,
        labelNames,
        registers: [register],
        async collect() {
          this.reset();
          const readings = await Promise.resolve()
            .then(read)
            .catch(() => []);
          // A gauge without labels would show zero for what is not known.
          if (readings.length === 0 && labelNames.length === 0) this.remove();
          for (const { labels, value } of readings) this.set(labels, value);
        },
      });
    },
    counter(name, help, labelNames) {
      registered.set(name, labelNames);
      const counter = new Counter({ name, help, labelNames, registers: [register] });
      return (labels) => counter.inc(labels);
    },
    histogram(name, help, labelNames) {
      for (const part of ["count", "sum"]) registered.set(`${name}_${part}`, labelNames);
      registered.set(`${name}_bucket`, [...labelNames, "le"]);
      const histogram = new Histogram({ name, help, labelNames, buckets: BUCKETS, registers: [register] });
      return (labels, seconds) => histogram.observe(labels, seconds);
    },
    text: () => register.metrics(),
    contentType: register.contentType,
  };
}
