import { access } from "../../auth/access.ts";
import { Pipeline } from "../../schemas/admin/settlement.ts";
import { getPipeline as get } from "../../services/admin/get-pipeline.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const getPipeline = operation(
  access("admin", ["admin"], "keystone:admin"),
  createRoute({
    method: "get",
    path: "/v1/admin/settlements/pipeline",
    operationId: "getPipeline",
    tags: ["Admin settlements"],
    summary: "Count settlements by their indexed state",
    responses: { 200: answer(Pipeline, "Every state with its count"), ...problems.secured() },
  }),
  async (c) => c.json(await get(c.var.deps), 200),
);
