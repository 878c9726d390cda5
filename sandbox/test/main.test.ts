import { expect } from "chai";
import { type StartedProcess, startProcess } from "../../api/test/support/process.ts";
import { type ScriptedServer, startScriptedServer } from "../../api/test/support/scripted-server.ts";
import { environment } from "./support/environment.ts";
import { startGround, type TestGround } from "./support/ground.ts";

const SCRIPT = new URL("../src/main.ts", import.meta.url).pathname;

/** Of a GET whose body is read to its end, so that its connection is free. */
async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.text();
  return response.status;
}

describe("the sandbox's process", function () {
  this.timeout(60_000);
  let world: TestGround;
  let platform: ScriptedServer;
  let env: Record<string, string>;
  let running: StartedProcess | undefined;

  before(async () => {
    world = await startGround();
    platform = await startScriptedServer();
    env = {
      ...environment(),
      RPC_URL_31337: world.url,
      SANDBOX_API_URL: `${platform.url}v1`,
      SANDBOX_TOKEN_URL: `${platform.url}oauth/token`,
      SANDBOX_PORT: "0",
      SANDBOX_TICK_MS: "50",
    };
  });
  beforeEach(() => {
    platform.heard.length = 0;
    platform.script = ({ path }) => {
      if (path === "/oauth/token") return { status: 200, body: { access_token: "own-token", expires_in: 3_600 } };
      if (path === "/v1/platforms/me") return { status: 200, body: { slug: "sandbox" } };
      if (path.startsWith("/v1/settlements?")) return { status: 200, body: { items: [], next_cursor: null } };
      return { status: 401, body: { detail: "The token is not valid", code: "token_invalid" } };
    };
  });
  afterEach(async () => {
    running?.child.kill("SIGKILL");
    await running?.exited;
    running = undefined;
  });
  after(async () => {
    await world.stop();
    await platform.close();
  });

  async function start(change: Record<string, string> = {}): Promise<string> {
    running = startProcess(SCRIPT, { ...env, ...change });
    const { port } = JSON.parse(await running.line('"msg":"serving"')) as { port: number };
    return `http://127.0.0.1:${port}`;
  }
  const secrets = () => [
    env.SANDBOX_CLIENT_SECRET,
    env.SANDBOX_FAUCET_PRIVATE_KEY?.slice(2),
    env.SANDBOX_COUNTERPARTY_PRIVATE_KEY?.slice(2),
    "own-token",
    "the-callers-token",
  ];
  const printed = () => (running?.lines ?? []).join("\n");

  for (const [what, change, message] of [
    ["a variable missing", { SANDBOX_CLIENT_ID: "" }, "SANDBOX_CLIENT_ID is missing"],
    [
      "a chain that is no test chain",
      { SANDBOX_CHAIN_IDS: "1", RPC_URL_1: "http://127.0.0.1:1" },
      "SANDBOX_CHAIN_IDS has",
    ],
  ] as const) {
    it(`does not start with ${what}, and says so in one line`, async () => {
      running = startProcess(SCRIPT, { ...env, ...change });
      expect(await running.exited).to.equal(1);
      expect(running.lines).to.have.length(1);
      expect(printed()).to.include(message);
    });
  }

  it("does not start where a node is of another chain than it is named for", async () => {
    running = startProcess(SCRIPT, { ...env, SANDBOX_CHAIN_IDS: "11155111", RPC_URL_11155111: world.url });
    expect(await running.exited).to.equal(1);
    expect(running.lines).to.deep.equal(["RPC_URL_11155111 is a node of chain 31337"]);
    expect(platform.heard).to.deep.equal([]);
  });

  it("lives, is ready, and ends with 0 when it is told to", async () => {
    const url = await start();
    expect(await statusOf(`${url}/health`)).to.equal(200);
    while ((await statusOf(`${url}/ready`)) !== 200);
    running?.child.kill("SIGTERM");
    expect(await running?.exited).to.equal(0);
    expect(printed()).to.include('"msg":"stopped"');
    for (const secret of secrets()) expect(printed().includes(secret as string)).to.equal(false);
  });

  it("lives without the platform, is not ready, and names what it waits for", async () => {
    platform.script = () => ({ status: 503, body: {} });
    const url = await start();
    expect(await statusOf(`${url}/health`)).to.equal(200);
    const ready = await fetch(`${url}/ready`);
    expect(ready.status).to.equal(503);
    const { failing } = (await ready.json()) as { failing: string[] };
    expect(failing.map((each) => each.split(":")[0]))
      .to.include("platform")
      .and.to.not.include("chain 31337");
  });

  it("answers every wrong call in one form, with the caller's request id", async () => {
    const url = await start({ LOG_LEVEL: "trace" });
    const bearer = { authorization: "Bearer the-callers-token" };
    const json = { ...bearer, "content-type": "application/json" };
    const post = (headers: Record<string, string>, body: string) => ({ method: "POST", headers, body });
    for (const [path, init, expected] of [
      ["/faucet", post({ "content-type": "application/json" }, "{}"), "401 token_missing"],
      ["/faucet", post(bearer, "{}"), "415 unsupported_media_type"],
      ["/faucet", post(json, "{"), "400 malformed_json"],
      ["/faucet", post(json, "[]"), "422 validation_error"],
      ["/faucet", post(json, JSON.stringify({ x: "x".repeat(20_000) })), "413 payload_too_large"],
      ["/faucet", { method: "GET", headers: bearer }, "404 not_found"],
      ["/counterparty/a%2Fb", { method: "GET", headers: bearer }, "401 token_invalid"],
      ["/elsewhere", { method: "GET" }, "404 not_found"],
    ] as const) {
      const answer = await fetch(`${url}${path}`, { ...init, headers: { ...init.headers, "x-request-id": "call-1" } });
      const body = (await answer.json()) as { code: string; request_id: string; detail: unknown };
      expect(`${answer.status} ${body.code}`, path).to.equal(expected);
      expect(body.request_id).to.equal("call-1");
      expect(answer.headers.get("x-request-id")).to.equal("call-1");
      expect(body.detail).to.not.equal(undefined);
    }
    const [asked] = platform.heard.filter(({ headers }) => headers.authorization === bearer.authorization);
    expect(asked?.path).to.equal("/v1/instructions/a%2Fb");
    for (const secret of secrets()) expect(printed().includes(secret as string)).to.equal(false);
  });
});
