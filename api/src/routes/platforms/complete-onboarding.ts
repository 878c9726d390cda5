import { access } from "../../auth/access.ts";
import { PlatformRead } from "../../schemas/platform.ts";
import { completeOnboarding as complete } from "../../services/platforms/complete-onboarding.ts";
import { requestFacts } from "../facts.ts";
import { answer, createRoute, operation, problems } from "../operation.ts";

export const completeOnboarding = operation(
  access("platform", ["user"], "platform:write"),
  createRoute({
    method: "post",
    path: "/v1/platforms/me/complete-onboarding",
    operationId: "completeOnboarding",
    tags: ["Platform"],
    summary: "Say that the own platform is set up",
    description: "Idempotent: the first time stays.",
    responses: { 200: answer(PlatformRead, "The platform"), ...problems.secured() },
  }),
  async (c) => c.json(await complete(c.var.deps, c.var.platformCaller, requestFacts(c)), 200),
);
