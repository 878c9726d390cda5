import { z } from "@hono/zod-openapi";
import { access } from "../../auth/access.ts";
import { pathId } from "../../schemas/primitives.ts";
import { SettlementTemplateRead } from "../../schemas/template.ts";
import { getTemplate as get } from "../../services/templates/get-template.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getTemplate = operation(
  access("environment", ["m2m", "user", "session"], "templates:read"),
  createRoute({
    method: "get",
    path: "/v1/settlement-templates/{template_id}",
    operationId: "getSettlementTemplate",
    tags: ["Templates"],
    summary: "Read any version of a template",
    request: { params: z.object({ template_id: pathId }) },
    responses: { 200: answer(SettlementTemplateRead, "The template"), ...problems.secured("not_found") },
  }),
  async (c) => c.json(await get(c.var.deps.db, c.req.valid("param").template_id), 200),
);
