import { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "./context.ts";
import { operations } from "./routes/index.ts";
import { LATEST_API_VERSION } from "./version.ts";

/** The OpenAPI 3.1 document of all operations; needs nothing that runs. */
export function openApiDocument() {
  const app = new OpenAPIHono<AppEnv>();
  for (const operation of operations) operation.mount(app);
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "Access token of the OIDC issuer (client credentials), RS256. Its scopes are the rights.",
  });
  return app.getOpenAPI31Document({
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
}
