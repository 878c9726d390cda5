import { readFile, writeFile } from "node:fs/promises";
import { openApiDocument } from "../src/openapi.ts";

/** Writes api/openapi.json; with --check only says whether the one checked in is what the code gives. */
const file = new URL("../openapi.json", import.meta.url);
const fresh = `${JSON.stringify(openApiDocument(), null, 2)}\n`;

if (process.argv.includes("--check")) {
  const present = await readFile(file, "utf8").catch(() => "");
  if (present !== fresh) {
    console.error("api/openapi.json is not what the code gives: run node api/scripts/openapi.ts");
    process.exit(1);
  }
  console.log("api/openapi.json is fresh");
} else {
  await writeFile(file, fresh);
  console.log("Wrote api/openapi.json");
}
