import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect } from "chai";
import { startReceiver } from "../support/receiver.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { useOwnWorld } from "../support/world.ts";
import { runCampaign } from "./campaign/campaign.ts";
import { createCast } from "./campaign/cast.ts";
import type { Tally } from "./campaign/tally.ts";

// The short profile by default; `npm run test:fuzz` asks for more.
const requests = Number(process.env.KEYSTONE_FUZZ_REQUESTS ?? 300);
const seed = Number(process.env.KEYSTONE_FUZZ_SEED ?? Date.now() % 2 ** 31);
const result = process.env.KEYSTONE_FUZZ_RESULT;

describe("requests generated from the document", function () {
  this.timeout(Math.max(120_000, requests * 100));
  const world = useOwnWorld();

  it(`are answered in its words, and never with what is another tenant's (${requests} from seed ${seed})`, async () => {
    const started = performance.now();
    const receiver = await startReceiver();
    const indexer = await startScriptedServer();
    indexer.script = () => ({ status: 200, body: { data: { _meta: { status: null } } } });
    const settings = { ...world().deps.settings, graphqlUrl: `${indexer.url}graphql` };
    const asked = { ...world(), ...(await world().serve({ settings })) };
    const cast = await createCast(asked, receiver.url);
    const seconds = () => Math.round((performance.now() - started) / 1000);
    const onProgress = (tally: Tally, kinds: number) =>
      console.log(`${tally.requests}/${requests} requests in ${seconds()} s, ${kinds} kinds of failures`);
    const options = { requests, seed, ...(result === undefined ? {} : { onProgress }) };
    const { tally, failures } = await runCampaign(asked, cast, options);
    await indexer.close();
    if (result !== undefined) {
      mkdirSync(dirname(result), { recursive: true });
      const { authenticated, limited, unseen, operations } = tally;
      const commit = process.env.KEYSTONE_FUZZ_COMMIT;
      const figures = {
        commit,
        seed,
        requests: tally.requests,
        seconds: seconds(),
        authenticated,
        limited,
        unseen,
        failures,
      };
      writeFileSync(result, `${JSON.stringify({ ...figures, operations }, undefined, 2)}\n`);
    }
    expect(failures, failures.join("\n\n")).to.deep.equal([]);
    expect(tally.unseen).to.deep.equal([]);
    expect(tally.authenticated).to.be.at.least(0.8);
    expect(tally.limited).to.be.at.most(0.01);
  });
});
