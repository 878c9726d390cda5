import { connect } from "@keystoneos/store";
import { expect } from "chai";
import { AWAY, HOME, testDeployment } from "../../support/deployment.ts";
import { setHeads } from "../../support/facts.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/status 200", () => {
  const world = useWorld();
  const { contracts } = testDeployment();

  it("is open to anyone and shows how far each chain is indexed", async () => {
    await setHeads(world(), 1000);
    const { call } = await world().serve({ chains: { ...world().deps.chains, headBlock: async () => 1003 } });
    const { status, body } = await call("GET", "/v1/status");
    expect(status).to.equal(200);
    expect(body).to.deep.include({ status: "ok", version: "0.1.0", api_versions: ["0.1.0"] });
    const [home, away] = body.chains;
    const { escrow, messenger, root } = contracts;
    expect(home).to.deep.include({
      chain_id: HOME,
      name: "Local Sepolia",
      role: "coordinator",
      contracts,
      head_block: 1003,
      indexed_block: 1000,
      safe_block: 999,
      finalized_block: 996,
      lag_blocks: 3,
    });
    expect(home.lag_seconds).to.be.within(0, 30);
    expect(away).to.deep.include({ chain_id: AWAY, role: "escrow", contracts: { escrow, messenger, root } });
  });

  it("tells the lag in seconds also when no node answers", async () => {
    await setHeads(world(), 1000, Math.floor(Date.now() / 1000) - 3600);
    const { body } = await world().call("GET", "/v1/status");
    expect(body.status).to.equal("degraded");
    expect(body.chains[0]).to.deep.include({ head_block: 1000, lag_blocks: 0 });
    expect(body.chains[0].lag_seconds).to.be.within(3600, 3630);
    await setHeads(world(), 1000);
  });

  it("is degraded while there are no views, not unavailable", async () => {
    const db = connect({ databaseUrl: world().databaseUrl, indexerSchema: "not_there" });
    const { call } = await world().serve({ db });
    const { status, body } = await call("GET", "/v1/status");
    expect(status).to.equal(200);
    expect(body.status).to.equal("degraded");
    expect(body.chains[0]).to.deep.include({ indexed_block: 0, safe_block: 0, finalized_block: 0 });
    await db.destroy();
  });
});
