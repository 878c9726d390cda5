import { readFile, writeFile } from "node:fs/promises";
import { openApiDocument } from "../src/openapi.ts";
import { collectionOf } from "./postman/collection.ts";
import type { OpenApi } from "./postman/document.ts";
import { localEnvironment } from "./postman/environment.ts";

/** Writes the Postman collection and environment; with --check only says whether those checked in are what the code gives. */
const folder = new URL("../postman/", import.meta.url);
const document: OpenApi = JSON.parse(JSON.stringify(openApiDocument()));
const files = {
  "keystone.postman_collection.json": collectionOf(document),
  "keystone.local.postman_environment.json": localEnvironment(),
};

for (const [name, content] of Object.entries(files)) {
  const file = new URL(name, folder);
  const fresh = `${JSON.stringify(content, null, 2)}\n`;
  if (!process.argv.includes("--check")) {
    await writeFile(file, fresh);
    console.log(`Wrote api/postman/${name}`);
  } else if ((await readFile(file, "utf8").catch(() => "")) === fresh) {
    console.log(`api/postman/${name} is fresh`);
  } else {
    console.error(`api/postman/${name} is not what the code gives: run node api/scripts/postman.ts`);
    process.exitCode = 1;
  }
}
