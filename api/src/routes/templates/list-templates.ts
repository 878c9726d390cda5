import { access } from "../../auth/access.ts";
import { pageQuery } from "../../schemas/page.ts";
import { SettlementTemplatePage } from "../../schemas/template.ts";
import { listTemplates as list } from "../../services/templates/list-templates.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const listTemplates = operation(
  access("environment", ["m2m", "user", "session"], "templates:read"),
  createRoute({
    method: "get",
    path: "/v1/settlement-templates",
    operationId: "listSettlementTemplates",
    tags: ["Templates"],
    summary: "List the newest active version of every template",
    request: { query: pageQuery({}) },
    responses: { 200: answer(SettlementTemplatePage, "A page of templates"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps.db, c.req.valid("query")), 200),
);
