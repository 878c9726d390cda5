import type { HttpBindings } from "@hono/node-server";
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { decodeJwt } from "jose";
import type { Access } from "../../auth/access.ts";
import { admit } from "../../auth/admit.ts";
import type { AppEnv } from "../../context.ts";
import { ApiError } from "../../errors/api-error.ts";
import { credentialsOf } from "../../middleware/authorize.ts";
import type { Finality } from "../../services/settlements/finality.ts";

export const finalityQuery = z.enum(["pending", "safe", "finalized"]).default("pending").openapi({
  description:
    "How final what is told is: indexed (a reorg can take it back, which sends settlement.reorged), recorded as for webhooks, or final by the chain's policy.",
});

export const lastEventIdHeader = z.object({
  "last-event-id": z.string().optional().openapi({
    description:
      "The id of the last event that was seen, of the last 30 days: the stream goes on behind it, with the same finality. What cannot be told apart is sent again: know events by their ids.",
  }),
});

/** The documented answer. */
export const streamAnswer = {
  description:
    "Server-sent events: `id` the event's id, `event` its name, `data` the webhook's body; a comment every 15 seconds. `settlement.reorged` has no id and the data {event, data: {settlement_id, state}}.",
  content: {
    "text/event-stream": {
      schema: z.string().openapi({
        example:
          'id: evt_4f0c4f0c4f0c4f0c4f0c4f0c4f0c4f0c\nevent: settlement.state.finalized\ndata: {"event":"settlement.state.finalized","id":"evt_4f0c4f0c4f0c4f0c4f0c4f0c4f0c4f0c","data":{}}\n\n',
      }),
    },
  },
};

interface Wanted {
  finality: Finality;
  event?: string | undefined;
  /** Null for all of the environment's. */
  settlementId: string | null;
}

/** Answers with a stream of what the caller may see of what is wanted. */
export async function openStream(c: Context<AppEnv>, access: Access, wanted: Wanted): Promise<Response> {
  const headers = { "content-type": "text/event-stream", "x-accel-buffering": "no" };
  // Asked for the headers alone, nobody would read what is sent or ever end it.
  if (c.req.method === "HEAD") return c.body(null, 200, headers);
  const { deps, caller } = c.var;
  const { environmentId, settlementIds, rights } = caller;
  const credentials = credentialsOf(c);
  const { outgoing } = c.env as Partial<HttpBindings>;
  const body = await deps.streams.open({
    environmentId,
    finality: wanted.finality,
    shows: (settlementId) =>
      (wanted.settlementId === null || settlementId === wanted.settlementId) &&
      (settlementIds === null || (settlementId !== null && settlementIds.includes(settlementId))),
    wants: (event) =>
      (wanted.event === undefined || event === wanted.event) &&
      (!event.startsWith("instruction.") || rights.has("instructions:read")),
    lastEventId: c.req.header("last-event-id") || undefined,
    expiresAt: new Date((decodeJwt(credentials.token).exp ?? 0) * 1000),
    async admit() {
      const { tenant } = await admit(deps, access, credentials);
      if (tenant?.environment_id === environmentId) return;
      throw new ApiError("environment_unknown", "The token stands for another environment by now");
    },
    cut: () => void outgoing?.destroy(),
  });
  return c.body(body, 200, headers);
}
