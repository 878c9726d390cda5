import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { pathId } from "../../schemas/primitives.ts";
import { deleteInstrument as remove } from "../../services/instruments/delete-instrument.ts";
import { requestFacts } from "../facts.ts";
import { createRoute, operation, problems } from "../operation.ts";

export const deleteInstrument = operation(
  access("environment", ["m2m", "user"], "instruments:write"),
  createRoute({
    method: "delete",
    path: "/v1/instruments/{instrument_id}",
    operationId: "deleteInstrument",
    tags: ["Instruments"],
    summary: "Remove an instrument of the environment",
    description: "Settlements and instructions keep the token that they were made with.",
    request: { params: z.object({ instrument_id: pathId }) },
    responses: { 204: { description: "It is gone" }, ...problems.secured("not_found") },
  }),
  async (c) => {
    await remove(c.var.deps, c.var.caller, c.req.valid("param").instrument_id, requestFacts(c));
    return c.body(null, 204);
  },
);
