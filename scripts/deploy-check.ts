import { parseArgs } from "node:util";
import { type DeploymentPlan, predictContracts } from "@keystoneos/protocol/deployment";
import { createPublicClient, http, type PublicClient } from "viem";
import { checkPlan } from "../ignition/check/check-plan.ts";
import { renderFindings } from "../ignition/check/report.ts";
import { DeployError } from "../ignition/errors.ts";
import { parametersFile, readPlan } from "../ignition/plan.ts";

const USAGE = `Usage: npm run deploy:check -- --network NAME [--parameters FILE] [--json]

  --network     a parameter file of ignition/parameters, such as testnets
  --parameters  another parameter file for that network
  --json        the findings as JSON

RPC_URL_<chain id> names a node for each chain. Exit code 0: all as promised; 1: something differs; 2: it could not be read.`;

/** Exit codes. */
const DIFFERS = 1;
const NOT_READ = 2;

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (!(error instanceof DeployError)) console.error(`\n${USAGE}`);
  process.exitCode = NOT_READ;
}

async function main(): Promise<number> {
  const { network, parameters, json } = readArguments();
  const plan = readPlan(parameters ?? parametersFile(network));
  const findings = await checkPlan(plan, clientsFrom(plan));
  const ok = findings.every((finding) => finding.ok);
  if (json) console.log(JSON.stringify({ network, ok, contracts: predictContracts(plan), findings }, null, 2));
  else console.log(renderFindings(findings));
  return ok ? 0 : DIFFERS;
}

function readArguments() {
  const options = { network: { type: "string" }, parameters: { type: "string" }, json: { type: "boolean" } } as const;
  const { values } = parseArgs({ options, allowPositionals: false });
  if (values.network === undefined) throw new Error("--network is missing");
  return { network: values.network, parameters: values.parameters, json: values.json ?? false };
}

function clientsFrom(plan: DeploymentPlan): Map<number, PublicClient> {
  return new Map(
    plan.chains.map(({ chainId, name }) => {
      const variable = `RPC_URL_${chainId}`;
      const url = process.env[variable];
      if (url === undefined || url === "") throw new Error(`${variable} is missing: it names a node of ${name}.`);
      return [chainId, createPublicClient({ transport: http(url) })];
    }),
  );
}
