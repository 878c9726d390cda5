import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { InstrumentRead } from "../../schemas/instrument.ts";
import { pathId } from "../../schemas/primitives.ts";
import { getInstrument as get } from "../../services/instruments/get-instrument.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getInstrument = operation(
  access("environment", ["m2m", "user", "session"], "settlements:read", "templates:read"),
  createRoute({
    method: "get",
    path: "/v1/instruments/{instrument_id}",
    operationId: "getInstrument",
    tags: ["Instruments"],
    summary: "Read an instrument",
    request: { params: z.object({ instrument_id: pathId }) },
    responses: { 200: answer(InstrumentRead, "The instrument"), ...problems.secured("not_found") },
  }),
  async (c) => {
    const { instrument_id } = c.req.valid("param");
    return c.json(await get(c.var.deps.db, c.var.caller.environmentId, instrument_id), 200);
  },
);
