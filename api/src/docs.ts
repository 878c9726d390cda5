import { readFile } from "node:fs/promises";
import type { Hono } from "hono";
import type { AppEnv } from "./context.ts";

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>KeyStone platform API</title>
<link rel="stylesheet" href="/docs/reader.css">
</head>
<body>
<div id="reader"></div>
<script src="/docs/reader.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

// A reader: it sends nothing, so that nobody pastes a token into a page.
const START = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reader",
  deepLinking: true,
  docExpansion: "none",
  supportedSubmitMethods: [],
  validatorUrl: null,
});
`;

const HEADERS = {
  // Nothing but what this server has: no other host is ever asked.
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // The reader's icons stand in its style sheet.
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

const FILES: Record<string, { type: string; text: () => Promise<string> }> = {
  "/docs": { type: "text/html", text: async () => PAGE },
  "/docs/start.js": { type: "text/javascript", text: async () => START },
  "/docs/reader.js": {
    type: "text/javascript",
    text: () => bundled(import.meta.resolve("swagger-ui-dist/swagger-ui-bundle.js")),
  },
  "/docs/reader.css": { type: "text/css", text: () => bundled(import.meta.resolve("swagger-ui-dist/swagger-ui.css")) },
};

/** Paths of the reader, none of them part of the API. */
export const DOCS_PATHS = Object.keys(FILES);

/** Serves a reader of the OpenAPI document, all of it from this process. */
export function serveDocs(app: Hono<AppEnv>): void {
  for (const [path, { type, text }] of Object.entries(FILES)) {
    app.get(path, async (c) => c.body(await text(), 200, { ...HEADERS, "content-type": `${type}; charset=utf-8` }));
  }
}

function bundled(url: string): Promise<string> {
  return readFile(new URL(url), "utf8");
}
