import { pageQuery } from "../../schemas/page.ts";
import { SettlementTemplatePage } from "../../schemas/template.ts";
import { listTemplates as list } from "../../services/templates/list-templates.ts";
import { answer, createRoute, operation, problems, secured } from "../operation.ts";

const { guard, security } = secured("templates:read");

export const listTemplates = operation(
  createRoute({
    method: "get",
    path: "/v1/settlement-templates",
    operationId: "listSettlementTemplates",
    tags: ["Templates"],
    summary: "List the newest active version of every template",
    security,
    middleware: guard,
    request: { query: pageQuery({}) },
    responses: { 200: answer(SettlementTemplatePage, "A page of templates"), ...problems.secured("validation_error") },
  }),
  async (c) => c.json(await list(c.var.deps.db, c.req.valid("query")), 200),
);
