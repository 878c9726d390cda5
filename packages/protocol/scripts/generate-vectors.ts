/** Writes vectors/*.json, the published test vectors. `--check` writes nothing and exits with 1 when a file is stale. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vectors } from "./vectors.ts";
import { writeOrCheck } from "./write-or-check.ts";

const target = fileURLToPath(new URL("../vectors", import.meta.url));
const files = Object.entries(vectors()).map(
  ([name, content]) => [join(target, name), `${JSON.stringify(content, null, 2)}\n`] as const,
);
writeOrCheck(files, "packages/protocol/scripts/generate-vectors.ts");
