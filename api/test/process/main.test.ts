import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { apiEnvironment, makeProcessFiles, type ProcessFiles } from "../support/api-process.ts";
import { createClient } from "../support/client.ts";
import { meet } from "../support/hold.ts";
import { sellOpen } from "../support/instructions.ts";
import { operatorToken } from "../support/members.ts";
import { startProcess } from "../support/process.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { createTenant } from "../support/tenants.ts";
import { useWorld } from "../support/world.ts";

const script = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

describe("the api process", function () {
  this.timeout(60_000);
  const world = useWorld();
  let files: ProcessFiles;
  const children: ChildProcess[] = [];

  before(async () => {
    files = await makeProcessFiles();
  });
  after(async () => {
    for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await files.remove();
  });

  const environment = () => apiEnvironment(world(), files);

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
      "DIRECTORY_URL",
      "DIRECTORY_CLIENT_ID",
      "DIRECTORY_CLIENT_SECRET",
      "DIRECTORY_LOGIN_CLIENT_ID",
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
    expect(lines.join("\n")).to.not.include(token).and.not.include(world().secretsKey).and.not.include("the-secret-of");
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

  it("killed between the directory's answer and its own commit, leaves what the next copy takes up", async () => {
    const { local, call } = world();
    const directory = await startScriptedServer();
    // Passes on to the local issuer, and strikes when the organization is made.
    let strike = () => {};
    directory.script = async ({ method, path, headers, body }) => {
      const audience = body?.audience === undefined ? undefined : `${local.url}api/v2/`;
      const sent = body === undefined ? {} : { body: JSON.stringify({ ...body, audience }) };
      const { authorization = "" } = headers;
      const passed = { "content-type": "application/json", authorization };
      const response = await fetch(new URL(path, local.url), { method, headers: passed, ...sent });
      if (path === "/api/v2/organizations") strike();
      return { status: response.status, body: await response.text() };
    };
    const { clientSecret } = local.directoryOptions;
    const env = { ...(await environment()), DIRECTORY_URL: directory.url, DIRECTORY_CLIENT_SECRET: clientSecret };
    const { child, line, exited } = start(env);
    const { port } = JSON.parse(await line('"serving"')) as { port: number };
    strike = () => void child.kill("SIGKILL");
    const token = await operatorToken(world());
    const { client_id } = await local.createClient();
    const json = { name: "A", slug: `p-${crypto.randomUUID()}`, auth0_client_id: client_id };
    const lost = createClient(`http://127.0.0.1:${port}`)("POST", "/v1/platforms", { token, json });
    expect(await lost.then(({ status }) => status).catch(() => "lost")).to.equal("lost");
    await exited;
    await directory.close();
    const made = world().db.selectFrom("keystone.platform").select("auth0_org_id").where("slug", "=", json.slug);
    expect(await made.execute()).to.deep.equal([]);
    expect((await call("POST", "/v1/platforms", { token, json })).status).to.equal(201);
    expect(await made.execute()).to.deep.equal([{ auth0_org_id: `org_local_${json.slug}` }]);
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
