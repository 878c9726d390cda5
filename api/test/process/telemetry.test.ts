import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { apiEnvironment, makeProcessFiles, type ProcessFiles } from "../support/api-process.ts";
import { createClient, type Json } from "../support/client.ts";
import { indexState, setHeads } from "../support/facts.ts";
import { buyOpen, sell } from "../support/instructions.ts";
import { type StartedProcess, startProcess } from "../support/process.ts";
import { startReceiver } from "../support/receiver.ts";
import { atTheEnd } from "../support/root-hook.ts";
import { readStream } from "../support/streams.ts";
import { createTenant } from "../support/tenants.ts";
import { useOwnWorld } from "../support/world.ts";

const script = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

interface Span {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: Record<string, unknown>;
}

/** A collector of OTLP over HTTP, as JSON. */
async function startCollector(): Promise<{ url: string; bodies: string[]; spans(): Span[] }> {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    if (request.url === "/v1/traces") bodies.push(body);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  atTheEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  const flat = (list: Json[]) => Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    spans: () =>
      bodies.flatMap((body) =>
        JSON.parse(body).resourceSpans.flatMap((of: Json) =>
          of.scopeSpans.flatMap(({ spans }: Json) =>
            spans.map((span: Json) => ({
              ...span,
              service: flat(of.resource.attributes)["service.name"],
              attributes: flat(span.attributes),
            })),
          ),
        ),
      ),
  };
}

describe("what the processes tell their operators", function () {
  this.timeout(120_000);
  const world = useOwnWorld();
  let files: ProcessFiles;
  const started: StartedProcess[] = [];
  before(async () => {
    files = await makeProcessFiles();
  });
  after(async () => {
    for (const { child } of started) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await files.remove();
  });

  function start(path: string, env: Record<string, string>): StartedProcess {
    const one = startProcess(script(path), env);
    started.push(one);
    return one;
  }

  it("follows a trade from its request to its deliveries, counts it, gives no secret away, and ends its streams when told to end", async () => {
    const collector = await startCollector();
    const receiver = await startReceiver();
    const env = {
      ...(await apiEnvironment(world(), files)),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      LOG_LEVEL: "trace",
      WEBHOOK_DEVELOPMENT_MODE: "on",
    };
    const api = start("main.ts", { ...env, API_METRICS_PORT: "0" });
    const courier = start("courier/main.ts", { ...env, COURIER_PORT: "0", COURIER_TICK_MS: "10" });
    const { port, metrics_port } = JSON.parse(await api.line('"serving"')) as { port: number; metrics_port: number };
    const health = JSON.parse(await courier.line('"delivering"')) as { port: number };
    const call = createClient(`http://127.0.0.1:${port}`);

    const tenant = await createTenant(world());
    const { token } = tenant;
    const hook = await call("POST", "/v1/platforms/me/webhooks", { token, json: { url: receiver.url } });
    const session = await call("POST", "/v1/sessions", { token, json: { scopes: ["settlements:read"] } });
    const stream = await readStream(`http://127.0.0.1:${port}`, "/v1/stream", { token: session.body.session_token });
    const sold = await call("POST", "/v1/instructions", { token, json: sell() });
    const trade_reference = sold.body.trade_reference;
    const bought = await call("POST", "/v1/instructions", { token, json: buyOpen({ trade_reference }) });
    const id = bought.body.settlement_id as string;
    const told = await stream.until("settlement.state.instructed");
    while (!receiver.received.some(({ body }) => body.includes("settlement.state.instructed"))) {
      await receiver.until(receiver.received.length + 1);
    }
    const { settlement_hash } = (await call("GET", `/v1/settlements/${id}`, { token })).body;
    await setHeads(world(), 1000);
    await indexState(world(), settlement_hash, "AWAITING_DEPOSITS");
    const shown = (await call("GET", `/v1/settlements/${id}`, { token })).body;
    const secrets = shown.legs.map(({ deposit_secret }: Json) => deposit_secret);
    expect(secrets[0]).to.match(/^0x[0-9a-f]{64}$/);
    expect((await call("GET", `/v1/settlements/${id}/legs/0/deposit-info`, { token })).status).to.equal(200);
    expect((await call("GET", "/v1/settlements", { token: "no.such.token" })).status).to.equal(401);
    await fetch(`http://127.0.0.1:${port}/wp-login-${crypto.randomUUID()}`);

    const scraped = await (await fetch(`http://127.0.0.1:${metrics_port}/metrics`)).text();
    expect(scraped).to.match(
      /^keystone_http_request_duration_seconds_count\{method="POST",route="\/v1\/instructions",status="201"\} 2$/m,
    );
    expect(scraped).to.match(
      /^keystone_http_request_duration_seconds_count\{method="other",route="other",status="404"\} 1$/m,
    );
    expect(scraped)
      .to.match(/^keystone_streams 1$/m)
      .and.match(/^keystone_database_connections\{state="waiting"\} 0$/m);
    expect(scraped).to.match(/^keystone_indexed_block\{chain_id="11155111"\} 1000$/m);
    expect(scraped).to.match(/^keystone_oldest_open_intent_seconds [0-9.]+$/m);
    expect(scraped).to.not.include(id).and.not.include("wp-login");
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).to.equal(404);
    const ofCourier = await (await fetch(`http://127.0.0.1:${health.port}/metrics`)).text();
    expect(ofCourier).to.match(/^keystone_webhook_attempts_total\{outcome="success"\} [1-9][0-9]*$/m);
    expect(ofCourier).to.match(/^keystone_oldest_due_delivery_seconds [0-9.e-]+$/m);

    api.child.kill("SIGTERM");
    courier.child.kill("SIGTERM");
    expect([await api.exited, await courier.exited, await stream.ended]).to.deep.equal([0, 0, null]);

    const spans = collector.spans();
    const requests = spans.filter(({ name }) => name === "POST /v1/instructions");
    expect(requests.map(({ service, parentSpanId }) => [service, parentSpanId])).to.deep.equal([
      ["api", undefined],
      ["api", undefined],
    ]);
    const deliveries = spans.filter(({ attributes }) => attributes.event_id === told.at(-1)?.id);
    expect(deliveries.map(({ service, name }) => [service, name])).to.deep.equal([["courier", "deliver webhook"]]);
    const matching = requests.find(({ traceId }) => traceId === deliveries[0]?.traceId);
    expect(matching?.spanId).to.equal(deliveries[0]?.parentSpanId);
    const intent = await world()
      .db.selectFrom("keystone.intent")
      .select("traceparent")
      .where("settlement_id", "=", id)
      .executeTakeFirstOrThrow();
    expect(intent.traceparent).to.equal(`00-${matching?.traceId}-${matching?.spanId}-01`);
    // Receivers are strangers.
    for (const { headers } of receiver.received) expect(headers).to.not.have.property("traceparent");

    const said = [...api.lines, ...courier.lines, ...collector.bodies, scraped, ofCourier].join("\n");
    expect(said.length).to.be.greaterThan(1000);
    const kept = { token, session: session.body.session_token, webhook: hook.body.secret, key: world().secretsKey };
    for (const [name, secret] of Object.entries(kept)) expect(said.includes(secret), name).to.equal(false);
    for (const secret of secrets) expect(said.includes(String(secret).slice(2)), "deposit").to.equal(false);
  });

  it("traces nothing without a collector, and needs none that answers", async () => {
    const env = await apiEnvironment(world(), files);
    for (const OTEL_EXPORTER_OTLP_ENDPOINT of ["", "http://127.0.0.1:9"]) {
      const api = start("main.ts", { ...env, OTEL_EXPORTER_OTLP_ENDPOINT });
      const { port, metrics_port } = JSON.parse(await api.line('"serving"'));
      expect(metrics_port).to.equal(undefined);
      const { token } = await createTenant(world());
      const { status } = await createClient(`http://127.0.0.1:${port}`)("POST", "/v1/instructions", {
        token,
        json: sell(),
      });
      expect(status).to.equal(201);
      api.child.kill("SIGTERM");
      expect(await api.exited).to.equal(0);
    }
  });
});
