import { access } from "../../auth/access.ts";
import { InstrumentPage } from "../../schemas/instrument.ts";
import { pageQuery } from "../../schemas/page.ts";
import { addressInput, queryInteger, text } from "../../schemas/primitives.ts";
import { listInstruments as list } from "../../services/instruments/list-instruments.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listInstruments = operation(
  access("environment", ["m2m", "user", "session"], "settlements:read", "templates:read"),
  createRoute({
    method: "get",
    path: "/v1/instruments",
    operationId: "listInstruments",
    tags: ["Instruments"],
    summary: "List own and global instruments",
    request: {
      query: pageQuery({
        alias: text(1, 255).optional(),
        chain_id: queryInteger(1, Number.MAX_SAFE_INTEGER).optional(),
        token_address: addressInput.optional(),
      }),
    },
    responses: { 200: answer(InstrumentPage, "A page of instruments"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps.db, c.var.caller.environmentId, c.req.valid("query")), 200),
);
