import { access } from "../../auth/access.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { InstrumentCreate, InstrumentRead } from "../../schemas/instrument.ts";
import { readOptionalIdempotency } from "../../services/idempotency.ts";
import { createInstrument as create } from "../../services/instruments/create-instrument.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, idempotencyHeader, operation, problems } from "../operation.ts";

export const createInstrument = operation(
  access("environment", ["m2m", "user"], "instruments:write"),
  createRoute({
    method: "post",
    path: "/v1/instruments",
    operationId: "createInstrument",
    tags: ["Instruments"],
    summary: "Name a token",
    description:
      "Standard and decimals are compared with the chain when it answers. An entry never changes: to change one, delete it and create another.",
    middleware: jsonBody(),
    request: {
      headers: idempotencyHeader,
      body: { required: true, content: { "application/json": { schema: InstrumentCreate } } },
    },
    responses: {
      201: answer(InstrumentRead, "The new instrument"),
      200: answer(InstrumentRead, "The instrument that this idempotency key made"),
      ...problems.submitted(
        "not_found",
        "idempotency_key_reused",
        "alias_taken",
        "chain_unsupported",
        "instrument_unverifiable",
      ),
    },
  }),
  async (c) => {
    const { deps, caller, rawBody } = c.var;
    const owner = { environmentId: caller.environmentId };
    const request = readOptionalIdempotency(
      deps.keyring,
      owner,
      "POST /v1/instruments",
      rawBody,
      c.req.header("idempotency-key"),
    );
    const input = c.req.valid("json");
    const { instrument, replayed } = await create(deps, { caller, input, request, facts: requestFacts(c) });
    if (!replayed) return c.json(instrument, 201);
    c.header("Idempotent-Replayed", "true");
    return c.json(instrument, 200);
  },
);
