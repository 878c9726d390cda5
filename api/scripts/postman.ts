import { readFile, writeFile } from "node:fs/promises";
import { openApiDocument } from "../src/openapi.ts";
import { collectionOf } from "./postman/collection.ts";
import type { OpenApi } from "./postman/document.ts";
import * as environments from "./postman/environment.ts";

/** Writes the Postman collection and its environments; with --check only says whether those checked in are what the code gives. */
const folder = new URL("../../sdks/postman/", import.meta.url);
const document: OpenApi = JSON.parse(JSON.stringify(openApiDocument()));
const files = {
  "keystone-api.postman_collection.json": collectionOf(document),
  "keystone-api.postman_environment.json": environments.production(),
  "keystone-api.local.postman_environment.json": environments.local(),
};

for (const [name, content] of Object.entries(files)) {
  const file = new URL(name, folder);
  const fresh = `${JSON.stringify(content, null, 2)}\n`;
  if (!process.argv.includes("--check")) {
    await writeFile(file, fresh);
    console.log(`Wrote sdks/postman/${name}`);
  } else if ((await readFile(file, "utf8").catch(() => "")) === fresh) {
    console.log(`sdks/postman/${name} is fresh`);
  } else {
    console.error(`sdks/postman/${name} is not what the code gives: run node api/scripts/postman.ts`);
    process.exitCode = 1;
  }
}
