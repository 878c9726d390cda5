import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { eventName } from "../../schemas/event.ts";
import { createRoute, operation, problems } from "../operation.ts";
import { finalityQuery, lastEventIdHeader, openStream, streamAnswer } from "./open-stream.ts";

const who = access("environment", ["m2m", "user", "session"], "settlements:read");

export const streamEnvironment = operation(
  who,
  createRoute({
    method: "get",
    path: "/v1/stream",
    operationId: "streamEnvironment",
    tags: ["Events"],
    summary: "Follow all settlements of the environment",
    description:
      "From now on, or from `Last-Event-ID`. It ends when the token ends or is revoked. At most 50 streams of an environment at once. " +
      "A session that is bound to settlements is told of them alone; a token without instructions:read of no instructions.",
    request: {
      query: z.strictObject({ finality: finalityQuery, event: eventName.optional() }),
      headers: lastEventIdHeader,
    },
    responses: { 200: streamAnswer, ...problems.secured("validation_error") },
  }),
  (c) => openStream(c, who, { ...c.req.valid("query"), settlementId: null }),
);
