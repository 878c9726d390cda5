import { expect } from "chai";
import { createRegistry } from "../src/metrics.ts";
import { serveMetrics } from "../src/serve-metrics.ts";

describe("metrics", () => {
  it("shows what can be read, and nothing of what cannot", async () => {
    const registry = createRegistry();
    let reads = 0;
    registry.gauge("keystone_good", "Good.", ["of"], () => [{ labels: { of: "a" }, value: ++reads }]);
    registry.gauge("keystone_bad", "Bad.", [], async () => {
      throw new Error("the database is away");
    });
    registry.gauge("keystone_worse", "Worse.", ["of"], () => {
      throw new Error("at once");
    });
    registry.counter("keystone_things_total", "Things.", ["outcome"])({ outcome: "good" });
    registry.histogram("keystone_seconds", "Seconds.", ["route"])({ route: "/v1/x" }, 0.02);
    const text = await registry.text();
    expect(text).to.match(/^keystone_good\{of="a"\} 1$/m);
    expect(text).to.not.match(/^keystone_(bad|worse)/m);
    expect(text).to.match(/^keystone_things_total\{outcome="good"\} 1$/m);
    expect(text).to.match(/^keystone_seconds_bucket\{le="0.025",route="\/v1\/x"\} 1$/m);
    expect(await registry.text()).to.match(/^keystone_good\{of="a"\} 2$/m);
  });

  it("tells what was registered as it may be asked for", () => {
    const registry = createRegistry();
    registry.gauge("keystone_good", "Good.", ["of"], () => []);
    registry.counter("keystone_things_total", "Things.", []);
    registry.histogram("keystone_seconds", "Seconds.", ["route"]);
    expect([...registry.registered]).to.deep.equal([
      ["keystone_good", ["of"]],
      ["keystone_things_total", []],
      ["keystone_seconds_count", ["route"]],
      ["keystone_seconds_sum", ["route"]],
      ["keystone_seconds_bucket", ["route", "le"]],
    ]);
  });

  it("forgets labels that are no more", async () => {
    const registry = createRegistry();
    let chains = [1, 2];
    registry.gauge("keystone_block", "Block.", ["chain_id"], () =>
      chains.map((chain_id) => ({ labels: { chain_id }, value: 5 })),
    );
    expect(await registry.text()).to.include('keystone_block{chain_id="2"} 5');
    chains = [1];
    expect(await registry.text()).to.not.include('chain_id="2"');
  });

  it("serves them under one path", async () => {
    const served = await serveMetrics({ host: "127.0.0.1", port: 0 }, createRegistry());
    try {
      const response = await fetch(`http://127.0.0.1:${served.port}/metrics`);
      expect([response.status, response.headers.get("content-type")]).to.deep.equal([
        200,
        "text/plain; version=0.0.4; charset=utf-8",
      ]);
      expect(await response.text()).to.match(/^process_resident_memory_bytes /m);
      expect((await fetch(`http://127.0.0.1:${served.port}/`)).status).to.equal(404);
      const taken = await serveMetrics({ host: "127.0.0.1", port: served.port }, createRegistry()).then(
        () => null,
        (error: NodeJS.ErrnoException) => error.code,
      );
      expect(taken).to.equal("EADDRINUSE");
    } finally {
      await served.close();
    }
  });
});
