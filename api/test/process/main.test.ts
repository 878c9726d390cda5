import type { ChildProcess } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { freePort } from "../../../devnet/src/ports.ts";
import { createClient } from "../support/client.ts";
import { testDeployment } from "../support/deployment.ts";
import { meet } from "../support/hold.ts";
import { sellOpen } from "../support/instructions.ts";
import { startProcess } from "../support/process.ts";
import { createTenant } from "../support/tenants.ts";
import { oidcOf, useWorld } from "../support/world.ts";

const script = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

describe("the api process", function () {
  this.timeout(60_000);
  const world = useWorld();
  let folder: string;
  const children: ChildProcess[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "keystone-api-"));
    await writeFile(join(folder, "deployments.json"), JSON.stringify(testDeployment()));
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    await writeFile(join(folder, "session-key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  });
  after(async () => {
    for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  async function environment(): Promise<Record<string, string>> {
    const { issuer, audience, jwksUrl } = oidcOf(world().issuer);
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    return {
      PATH: process.env.PATH ?? "",
      DATABASE_URL: world().databaseUrl,
      DEPLOYMENTS_FILE: join(folder, "deployments.json"),
      OIDC_ISSUER: issuer,
      OIDC_AUDIENCE: audience,
      OIDC_JWKS_URL: jwksUrl,
      SECRETS_KEY: "cd".repeat(32),
      SECRETS_KEY_ID: "test",
      RPC_URL_11155111: nowhere,
      RPC_URL_84532: nowhere,
      SESSION_KEY_FILE: join(folder, "session-key.pem"),
      API_PORT: "0",
    };
  }

  const start = (env: Record<string, string>) => {
    const started = startProcess(script, env);
    children.push(started.child);
    return started;
  };

  it("does not start without its configuration, and names every variable", async () => {
    const { exited, lines } = start({ PATH: process.env.PATH ?? "" });
    expect(await exited).to.equal(1);
    for (const name of [
      "DATABASE_URL",
      "DEPLOYMENTS_FILE",
      "OIDC_ISSUER",
      "OIDC_JWKS_URL",
      "SECRETS_KEY",
      "SECRETS_KEY_ID",
      "SESSION_KEY_FILE",
    ]) {
      expect(
        lines.some((line) => line.startsWith(`${name} `)),
        name,
      ).to.equal(true);
    }
    expect(lines.join("\n")).to.not.include("at readConfig");
  });

  it("serves, finishes what is under way when told to end, and ends well", async () => {
    const { child, line, exited, lines } = start(await environment());
    const { port } = JSON.parse(await line('"serving"')) as { port: number };
    const call = createClient(`http://127.0.0.1:${port}`);
    expect((await call("GET", "/ready")).status).to.equal(200);
    const { token } = await createTenant(world());
    const trade_reference = `held-${crypto.randomUUID()}`;
    const [answer] = await meet(
      world(),
      trade_reference,
      () => [call("POST", "/v1/instructions", { token, json: sellOpen({ trade_reference }) })],
      1,
      async () => {
        child.kill("SIGTERM");
        await line('"stopping"');
      },
    );
    expect(answer?.status).to.equal(201);
    expect(await exited).to.equal(0);
    expect(lines.some((each) => each.includes('"stopped"'))).to.equal(true);
    expect(lines.join("\n")).to.not.include(token).and.not.include("cd".repeat(32));
  });

  it("shares everything by the database: a second copy replays what the first has made", async () => {
    const env = await environment();
    const [first, second] = [start(env), start(env)];
    const ports = await Promise.all([first, second].map(async ({ line }) => JSON.parse(await line('"serving"')).port));
    const [a, b] = ports.map((port: number) => createClient(`http://127.0.0.1:${port}`)) as [
      ReturnType<typeof createClient>,
      ReturnType<typeof createClient>,
    ];
    const { token } = await createTenant(world());
    const json = sellOpen();
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? a : b)("POST", "/v1/instructions", { token, json })),
    );
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 200, 200, 200, 200, 201]);
    first.child.kill("SIGKILL");
    expect((await b("POST", "/v1/instructions", { token, json })).status).to.equal(200);
    second.child.kill("SIGTERM");
    expect(await second.exited).to.equal(0);
  });

  it("does not start with a template that contradicts itself", async () => {
    const { db } = world();
    const good = await db
      .selectFrom("keystone.template")
      .selectAll()
      .where("slug", "=", "dvp-standard")
      .executeTakeFirstOrThrow();
    const config = structuredClone(good.config);
    config.on_chain.ruleset_id = `0x${"1".repeat(64)}`;
    const slug = `bad-${crypto.randomUUID()}`;
    await db
      .insertInto("keystone.template")
      .values({ slug, version: 1, name: slug, description: null, config: JSON.stringify(config) })
      .execute();
    try {
      const { exited, lines } = start(await environment());
      expect(await exited).to.equal(1);
      expect(lines.join("\n")).to.include("on_chain.ruleset_id");
    } finally {
      await db.deleteFrom("keystone.template").where("slug", "=", slug).execute();
    }
  });
});
