import type { HttpBindings } from "@hono/node-server";
import { OpenAPIHono } from "@hono/zod-openapi";
import { clientAddress } from "./addresses.ts";
import type { AppEnv, Dependencies } from "./context.ts";
import { DOCS_PATHS, serveDocs } from "./docs.ts";
import { renderError } from "./errors/render.ts";
import { type RequestPart, ValidationError, validationDetails } from "./errors/validation.ts";
import { accessLog } from "./middleware/access-log.ts";
import { nameVersion } from "./middleware/api-version.ts";
import { crossOrigin } from "./middleware/cross-origin.ts";
import { unknownRoute } from "./middleware/not-found.ts";
import { observe } from "./middleware/observe.ts";
import { requestId } from "./middleware/request-id.ts";
import { openApiDocument } from "./openapi.ts";
import { operations } from "./routes/index.ts";

const PARTS: Record<string, RequestPart> = { json: "body", query: "query", param: "path", header: "header" };

/** The HTTP application. It keeps nothing between requests: any number of copies serve together. */
export function createApp(deps: Dependencies): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const part = PARTS[result.target] ?? "body";
      // The validator hands on what it was given beside its verdict.
      const { data } = result as unknown as { data: unknown };
      throw new ValidationError(validationDetails(part, result.error.issues, data));
    },
  });
  app.use(async (c, next) => {
    c.set("deps", deps);
    c.set("startedAt", performance.now());
    const socket = (c.env as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress;
    c.set("ip", clientAddress(socket, c.req.header("x-forwarded-for"), deps.settings.trustedProxies));
    await next();
  });
  app.use(
    requestId,
    observe(operations),
    accessLog,
    nameVersion,
    crossOrigin(operations, deps.settings.dashboardOrigins),
  );
  for (const operation of operations) operation.mount(app);
  const document = JSON.stringify(openApiDocument());
  app.get("/openapi.json", (c) => c.body(document, 200, { "content-type": "application/json" }));
  serveDocs(app);
  app.onError((error, c) => renderError(error, c));
  const beside = ["/openapi.json", ...DOCS_PATHS].map((path) => ({ method: "get", path }));
  app.notFound(unknownRoute([...operations.map(({ route }) => route), ...beside]));
  return app;
}
