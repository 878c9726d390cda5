import { OpenAPIHono } from "@hono/zod-openapi";
import { ALL_RIGHTS, CALLER_KINDS, type CallerKind, mayHold, RIGHTS } from "./auth/rights.ts";
import type { AppEnv } from "./context.ts";
import { addExamples } from "./examples.ts";
import { operations } from "./routes/index.ts";
import { LATEST_API_VERSION } from "./version.ts";

const TOKENS: Record<CallerKind, string> = {
  m2m: "Machine token: access token of the OIDC issuer by client credentials, RS256. Its `scope` holds the rights. It stands for one environment.",
  user: "User token: access token of the OIDC issuer for a member of an organization, RS256. Its `permissions` hold the rights. The header X-Keystone-Environment chooses the environment.",
  session: "Session token of POST /v1/sessions, for browsers. It has the rights that it was made with.",
  admin: "User token of a KeyStone operator.",
};

const ENVIRONMENT_HEADER = "X-Keystone-Environment";

/** The OpenAPI 3.1 document of all operations; needs nothing that runs. */
export function openApiDocument() {
  const app = new OpenAPIHono<AppEnv>();
  for (const operation of operations) operation.mount(app);
  for (const kind of CALLER_KINDS) {
    app.openAPIRegistry.registerComponent("securitySchemes", kind, {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
      description: `${TOKENS[kind]}\n\n${rightsTable(kind)}`,
    });
  }
  app.openAPIRegistry.registerComponent("parameters", ENVIRONMENT_HEADER, {
    in: "header",
    name: ENVIRONMENT_HEADER,
    required: false,
    description: "Slug of the environment. Required with a user token, ignored with any other.",
    schema: { type: "string" },
  });
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "KeyStone platform API",
      version: LATEST_API_VERSION,
      description:
        "Settlement of tokenized assets: submit instructions, follow settlements, get the calls that deposit. " +
        "The contracts are the source of truth: a state is shown only after it was indexed.",
    },
    servers: [
      { url: "https://api.keystoneos.xyz", description: "production" },
      { url: "https://api-staging.keystoneos.xyz", description: "staging" },
      { url: "https://api-dev.keystoneos.xyz", description: "development" },
      { url: "http://localhost:8000", description: "local world" },
    ],
  });
  for (const { route, access } of operations) {
    if (typeof access === "string" || access.on !== "environment" || access.callers.user === undefined) continue;
    const documented = document.paths?.[route.path]?.[route.method as "get"];
    if (documented === undefined) throw new Error(`${route.method} ${route.path} is not in the document`);
    const parameter = { $ref: `#/components/parameters/${ENVIRONMENT_HEADER}` };
    documented.parameters = [...(documented.parameters ?? []), parameter];
  }
  addExamples(document);
  return document;
}

/** The rights that a token of this kind may hold. */
function rightsTable(kind: CallerKind): string {
  return ALL_RIGHTS.filter((right) => mayHold(kind, right))
    .map((right) => `- \`${right}\`: ${RIGHTS[right].allows}`)
    .join("\n");
}
