import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { pathId } from "../../schemas/primitives.ts";
import { findSettlement } from "../../services/settlements/find-settlement.ts";
import { inSnapshot } from "../../services/settlements/select-settlement.ts";
import { createRoute, operation, problems } from "../operation.ts";
import { finalityQuery, lastEventIdHeader, openStream, streamAnswer } from "./open-stream.ts";

const who = access("environment", ["m2m", "user", "session"], "settlements:read");

export const streamSettlement = operation(
  who,
  createRoute({
    method: "get",
    path: "/v1/settlements/{settlement_id}/stream",
    operationId: "streamSettlement",
    tags: ["Settlements"],
    summary: "Follow a settlement",
    description:
      "From now on, or from `Last-Event-ID`: open the stream first, then read the settlement. It ends when the token ends or is revoked. At most 50 streams of an environment at once.",
    request: {
      params: z.object({ settlement_id: pathId }),
      query: z.strictObject({ finality: finalityQuery }),
      headers: lastEventIdHeader,
    },
    responses: {
      200: streamAnswer,
      ...problems.secured("session_settlement_forbidden", "not_found", "validation_error"),
    },
  }),
  async (c) => {
    const { deps, caller } = c.var;
    const { settlement_id } = c.req.valid("param");
    const { loaded } = await inSnapshot(deps.db, (trx) => findSettlement(deps, trx, caller, settlement_id));
    return openStream(c, who, { ...c.req.valid("query"), settlementId: loaded.row.id });
  },
);
