import { type Report, target } from "../report.ts";
import { measureReads } from "./reads.ts";
import { measureSubmissions } from "./submissions.ts";
import { BLOCK_MS, measureWebhooks } from "./webhooks.ts";
import { startBenchWorld } from "./world.ts";

const ENVIRONMENTS = 50;

/** The platform API against its targets, in a world of its own. */
export async function measureApi(seconds: number, settlements: number, say: (text: string) => void): Promise<Report> {
  const bench = await startBenchWorld(ENVIRONMENTS, say);
  const end = () => void bench.stop().then(() => process.exit(1));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  try {
    say(`Webhooks of ${settlements} settlements ...`);
    const webhooks = await measureWebhooks(bench.world, settlements);
    // From here on the API alone is measured: nobody settles what it takes.
    for (const name of ["relayer", "courier", "indexer", "worker"] as const) await bench.world.kill(name);
    say("Reads against bare Hono ...");
    const reads = await measureReads(bench, Math.max(1, Math.round(seconds / 5)));
    say("Submissions ...");
    const submissions = await measureSubmissions(bench, seconds);
    const targets = [
      target("read of one settlement, share of bare Hono", reads.one.ratio, 0.6, "at least"),
      target("page of 50, share of bare Hono", reads.page.ratio, 0.6, "at least"),
      target("p99 of a submission that waits, ms", submissions.waiting.p99, 50, "below"),
      target("p99 of a submission that matches, ms", submissions.matching.p99, 50, "below"),
      target("p50 of a webhook after finality, ms", webhooks.fromFinality.p50, 2 * BLOCK_MS, "below"),
    ];
    return { targets, figures: { reads, submissions, webhooks } };
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, end);
    await bench.stop();
  }
}
