import { z } from "@hono/zod-openapi";
import { InstrumentRead } from "../../schemas/instrument.ts";
import { pathId } from "../../schemas/primitives.ts";
import { getInstrument as get } from "../../services/instruments/get-instrument.ts";
import { answer, createRoute, operation, problems, secured } from "../operation.ts";

const { guard, security } = secured("settlements:read", "templates:read");

export const getInstrument = operation(
  createRoute({
    method: "get",
    path: "/v1/instruments/{instrument_id}",
    operationId: "getInstrument",
    tags: ["Instruments"],
    summary: "Read an instrument",
    security,
    middleware: guard,
    request: { params: z.object({ instrument_id: pathId }) },
    responses: { 200: answer(InstrumentRead, "The instrument"), ...problems.secured("not_found") },
  }),
  async (c) => {
    const { instrument_id } = c.req.valid("param");
    return c.json(await get(c.var.deps.db, c.var.caller.environmentId, instrument_id), 200);
  },
);
