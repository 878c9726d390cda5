import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { runService } from "../process/service.ts";
import { ClientFile } from "./clients.ts";
import { readIssuerConfig } from "./config.ts";
import { DirectoryFile } from "./directory.ts";
import { loadSigningKey } from "./keys.ts";
import { issuerRoutes } from "./server.ts";

await runService("issuer", readIssuerConfig, async (config) => {
  mkdirSync(config.dir, { recursive: true, mode: 0o700 });
  const key = await loadSigningKey(join(config.dir, "key.json"));
  const clients = new ClientFile(join(config.dir, "clients.json"));
  const directory = new DirectoryFile(join(config.dir, "directory.json"));
  return { app: issuerRoutes(config, { clients, directory, key }), port: config.port };
});
