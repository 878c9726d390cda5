import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import {
  answerOf,
  bodyOf,
  endpointsOf,
  itemOf,
  nameOf,
  type OpenApi,
  type Schema,
  typeName,
} from "../scripts/generate/document.ts";
import { fromWire, toWire } from "../src/casing/convert.ts";
import { sampleOf } from "./support/samples.ts";

const run = promisify(execFile);
const document = JSON.parse(readFileSync(new URL("../../../api/openapi.json", import.meta.url), "utf8")) as OpenApi;
const index = fileURLToPath(new URL("../src/index.ts", import.meta.url));
const compiler = fileURLToPath(new URL("../../../node_modules/typescript/bin/tsc", import.meta.url));
const TURNS = [0, 1, 2, 3];

const endpoints = endpointsOf(document).filter(({ path }) => path !== "/graphql");
const names = (schemas: (Schema | undefined)[]) => [
  ...new Set(schemas.map(nameOf).filter((name) => name !== undefined)),
];
const requests = names(endpoints.map(bodyOf));
const answers = names(endpoints.map((endpoint) => itemOf(document, answerOf(endpoint)) ?? answerOf(endpoint)));
const samplesOf = (name: string) =>
  TURNS.map((turn) => sampleOf(document, document.components.schemas[name] as Schema, turn));

/** Source text of a value. */
function text(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, each]) => `${JSON.stringify(key)}: ${text(each)}`)
    .join(", ")} }`;
}

/** What the compiler says of a module that knows every type of the package. */
async function complaints(lines: string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "keystone-sdk-types-"));
  try {
    const file = join(folder, "samples.mts");
    writeFileSync(file, [`import type * as sdk from ${JSON.stringify(index)};`, ...lines].join("\n"));
    const options = "--noEmit --ignoreConfig --strict --target es2022 --module nodenext --allowImportingTsExtensions";
    const { stdout } = await run(process.execPath, [
      compiler,
      ...options.split(" "),
      "--skipLibCheck",
      "--types",
      "",
      file,
    ]).catch((error: { stdout: string }) => error);
    return stdout.split("\n").filter((line) => line.includes("error TS"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("the types and the API's document", function () {
  this.timeout(60_000);

  it("have every field of every answer, under the name and as the type that it comes out with", async () => {
    const lines = answers.flatMap((name) =>
      samplesOf(name).map(
        (sample, turn) => `export const ${name}${turn}: sdk.${typeName(name)} = ${text(fromWire(sample))};`,
      ),
    );
    expect(lines).to.have.length.greaterThan(100);
    expect(await complaints(lines)).to.deep.equal([]);
  });

  it("have every field of every request, and write each under its name", async () => {
    const written = requests.flatMap((name) =>
      samplesOf(name).map((sample) => ({ name, sample, input: fromWire(sample) })),
    );
    // An amount in base units and a secret are things of answers.
    const lines = written.map(
      ({ name, input }, at) => `export const ${name}${at}: sdk.${typeName(name)} = ${text(input)};`,
    );
    expect(await complaints(lines)).to.deep.equal([]);
    for (const { name, sample, input } of written) expect(toWire(input), name).to.deep.equal(sample);
  });

  it("would notice a field that only one of them has", async () => {
    const [sample] = samplesOf("PlatformRead").map(fromWire) as Record<string, unknown>[];
    const { slug: _, ...less } = sample as { slug: unknown };
    const found = await complaints([
      `export const more: sdk.Platform = ${text({ ...sample, newField: 1 })};`,
      `export const less: sdk.Platform = ${text(less)};`,
      `export const other: sdk.Platform = ${text({ ...sample, status: "asleep" })};`,
    ]);
    expect(found).to.have.length(3);
  });

  it("let the examples of the README be written so", async () => {
    const page = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const given = {
      client: "sdk.KeystoneClient",
      clientId: "string",
      clientSecret: "string",
      walletAddress: "string",
      id: "string",
      secret: "string",
    };
    const examples = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => {
      const names = Object.entries(given).filter(([name]) => !code.includes(`const ${name} `));
      const declared = names.map(([name, type]) => `declare const ${name}: ${type};`);
      const paths = code.replace('"@keystoneos/sdk"', JSON.stringify(index));
      return [
        ...declared,
        paths.replace('"@keystoneos/sdk/webhooks"', JSON.stringify(index.replace("/index", "/webhooks/index"))),
      ];
    });
    expect(examples).to.have.length(4);
    for (const lines of examples) expect(await complaints(lines)).to.deep.equal([]);
  });

  it("tell events apart by their names, and take one that nobody knows", async () => {
    const lines = [
      "export function told(event: sdk.WebhookEvent): string | number | undefined {",
      '  if (event.event === "settlement.leg.deposited") return event.data.leg?.legIndex;',
      '  if (event.event === "instruction.matched") return event.data.instructionId;',
      "  return event.id;",
      "}",
      "export async function lists(client: sdk.KeystoneClient): Promise<string[]> {",
      '  const found: sdk.Settlement[] = await client.settlements.list({ state: ["FINALIZED"], createdFrom: new Date() }).toArray();',
      "  const { data, requestId }: { data: sdk.Settlement; requestId: string | undefined } =",
      '    await client.settlements.get("id").withResponse();',
      "  const page: sdk.Page<sdk.Instruction> = await client.instructions.list();",
      "  return [...found.map(({ id }) => id), data.id, requestId ?? page.items[0]?.id ?? String(data.legs[0]!.amount + 1n)];",
      "}",
    ];
    expect(await complaints(lines)).to.deep.equal([]);
  });
});
