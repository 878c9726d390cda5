import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { DeploymentPlan } from "@keystoneos/protocol/deployment";
import { parsePlan } from "@keystoneos/protocol/schema";
import { DeployError } from "./errors.ts";

const folder = fileURLToPath(new URL("./parameters/", import.meta.url));

/** The parameter file of a network: one of those in `parameters/`. @throws DeployError ParametersInvalid. */
export function parametersFile(network: string): string {
  const known = readdirSync(folder).map((file) => file.replace(/\.json$/, ""));
  if (known.includes(network)) return resolve(folder, `${network}.json`);
  throw new DeployError("ParametersInvalid", `There is no network ${network}, only ${known.sort().join(", ")}.`);
}

/** Reads a parameter file. @throws DeployError ParametersInvalid that names the file and the field. */
export function readPlan(file: string): DeploymentPlan {
  try {
    return parsePlan(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DeployError("ParametersInvalid", `${file}: ${reason}`, { cause });
  }
}
