import { Hono } from "hono";
import { faultsSchema } from "./faults.ts";
import type { MessageWorker } from "./worker.ts";

/** GET /health, GET /packets, GET and POST /faults. */
export function workerRoutes(worker: MessageWorker): Hono {
  const app = new Hono();
  app.get("/health", (c) => c.json({ status: "ok", cursors: worker.cursors, outstanding: worker.outstanding.length }));
  app.get("/packets", (c) =>
    c.json(
      worker.outstanding.map(({ guid, packet, lost, reverted }) => {
        const { nonce, srcEid, dstEid, sender, receiver } = packet;
        return { guid, nonce: String(nonce), srcEid, dstEid, sender, receiver, lost, reverted };
      }),
    ),
  );
  app.get("/faults", (c) => c.json(worker.faults));
  app.post("/faults", async (c) => {
    const parsed = faultsSchema.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return c.json({ error: "invalid_faults", field: issue?.path.join(".") ?? null, message: issue?.message }, 400);
    }
    worker.setFaults(parsed.data);
    return c.json(worker.faults);
  });
  return app;
}
