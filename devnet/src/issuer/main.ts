import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { runService } from "../process/service.ts";
import { ClientFile } from "./clients.ts";
import { readIssuerConfig } from "./config.ts";
import { loadSigningKey } from "./keys.ts";
import { issuerRoutes } from "./server.ts";

await runService("issuer", readIssuerConfig, async (config) => {
  mkdirSync(config.dir, { recursive: true, mode: 0o700 });
  const key = await loadSigningKey(join(config.dir, "key.json"));
  return { app: issuerRoutes(config, new ClientFile(join(config.dir, "clients.json")), key), port: config.port };
});
