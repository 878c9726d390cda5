import { expect } from "chai";
import { sql } from "kysely";
import { adminDo, agreedTrade, CONFIRMED, intentsOf, interventionsLogged } from "../../support/admin.ts";
import { indexState, setHeads } from "../../support/facts.ts";
import { untilWaiting } from "../../support/hold.ts";
import { useWorld } from "../../support/world.ts";

describe("interventions that meet", () => {
  const world = useWorld();
  before(() => setHeads(world(), 200));

  /** Has all of them wait for the settlement before the first goes on. */
  async function together<T>(settlementId: string, requests: (() => Promise<T>)[]): Promise<T[]> {
    const { db } = world();
    const { pending } = await db.transaction().execute(async (trx) => {
      await sql`SELECT FROM keystone.settlement WHERE id = ${settlementId} FOR UPDATE`.execute(trx);
      const started = requests.map((request) => request());
      await untilWaiting(world(), requests.length);
      return { pending: started };
    });
    return Promise.all(pending);
  }

  it("have one effect when they are the same, and all name it", async () => {
    const { settlementId, hash } = await agreedTrade(world());
    await indexState(world(), hash, "INSTRUCTED");
    const back = { ...CONFIRMED, target_state: "ROLLED_BACK" };
    const requests = Array.from({ length: 12 }, (_, index) => () => {
      if (index % 2 === 0) return adminDo(world(), `/settlements/${settlementId}/rollback`);
      return adminDo(world(), `/settlements/${settlementId}/transition`, back);
    });
    const answers = await together(settlementId, requests);
    expect(answers.map(({ status }) => status)).to.deep.equal(requests.map(() => 200));
    const [intent, ...more] = await intentsOf(world(), settlementId);
    expect(more).to.deep.equal([]);
    expect(new Set(answers.map(({ body }) => body.intent_id))).to.deep.equal(new Set([intent?.id]));
    expect(answers.filter(({ body }) => body.status === "submitted")).to.have.length(1);
    expect(await interventionsLogged(world(), settlementId)).to.have.length(1);
  });

  it("have one effect each when they differ", async () => {
    const { settlementId, hash } = await agreedTrade(world());
    await indexState(world(), hash, "INSTRUCTED");
    const forward = { ...CONFIRMED, target_state: "COMPLIANCE_CHECKING" };
    const requests = Array.from({ length: 4 }, () => [
      () => adminDo(world(), `/settlements/${settlementId}/rollback`),
      () => adminDo(world(), `/settlements/${settlementId}/transition`, forward),
      () => adminDo(world(), `/settlements/${settlementId}/retry`),
    ]).flat();
    const answers = await together(settlementId, requests);
    const effects = answers.filter(({ body }) => body.status === "submitted").map(({ body }) => body.action);
    expect(effects.sort()).to.deep.equal(["retry", "rollback", "transition"]);
    const intents = await intentsOf(world(), settlementId);
    expect(intents.map(({ kind }) => kind).sort()).to.deep.equal(["retry", "rollback", "transition"]);
  });
});
