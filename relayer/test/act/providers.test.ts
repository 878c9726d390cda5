import { connect, migrate, type Store } from "@keystoneos/store";
import { expect } from "chai";
import { sql } from "kysely";
import { localAccount } from "../../../devnet/src/keys.ts";
import { sampleDeployment } from "../../../packages/store/test/deployment.ts";
import { freshDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { beginRound } from "../../src/act/begin-round.ts";
import type { ActContext } from "../../src/act/context.ts";
import { screen } from "../../src/act/screen.ts";
import { loadFacts } from "../../src/facts/load.ts";
import { SecretBook } from "../../src/facts/secrets.ts";
import { SilenceBook } from "../../src/gauges/silence.ts";
import { createLogger } from "../../src/log.ts";
import { plan } from "../../src/plan/plan.ts";
import { cipherOwl } from "../../src/screening/cipherowl/wallet-screening.ts";
import { Circuits } from "../../src/screening/circuits.ts";
import { worldCheck } from "../../src/screening/lseg/world-check.ts";
import { type ScreeningProvider, Unavailable } from "../../src/screening/provider.ts";
import { keyring, storeAgreed } from "../support/agreed.ts";
import { type CipherOwlServer, startCipherOwlServer } from "../support/cipherowl-server.ts";
import { A, B, policy, T0 } from "../support/facts.ts";
import { shippedLists } from "../support/lists.ts";
import { type LsegServer, startLsegServer } from "../support/lseg-server.ts";
import { SETTINGS } from "../support/pipeline.ts";
import { createViews, show } from "../support/views.ts";

const attester = localAccount("attester");
const SELLER = `0x${"1".repeat(40)}` as const;

describe("several providers of one template", function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let db: Store;
  let lseg: LsegServer;
  let owl: CipherOwlServer;
  let agreed: Awaited<ReturnType<typeof storeAgreed>>;
  let said: string[];

  beforeEach(async () => {
    [database, lseg, owl] = await Promise.all([freshDatabase(), startLsegServer(), startCipherOwlServer()]);
    await migrate({ databaseUrl: database.url });
    db = connect({ databaseUrl: database.url });
    await createViews(db);
    agreed = await storeAgreed(db, { attesters: [attester.address] });
    const place = { chain_id: BigInt(A), settlement_hash: agreed.settlementHash };
    await show(db, "chain_head", { chain_id: BigInt(A), block_number: 10n, block_timestamp: BigInt(T0) });
    await show(db, "settlement", {
      ...place,
      block_number: 7n,
      created: true,
      state: "COMPLIANCE_CHECKING",
      verdict: "none",
    });
    await show(db, "transition", { ...place, sequence: 2, to_state: "COMPLIANCE_CHECKING" });
    said = [];
  });
  afterEach(async () => {
    await db.destroy();
    await Promise.all([database.drop(), lseg.close(), owl.close()]);
  });

  const config = (path: string, names: readonly string[]) =>
    sql`UPDATE keystone.template SET config = jsonb_set(config, ${`{compliance,${path}}`}::text[], ${JSON.stringify(names)}::jsonb)`.execute(
      db,
    );
  const names = async (entity: string[], wallet: string[]) => {
    await config("entity_providers", entity);
    await config("wallet_providers", wallet);
  };
  const contextWith = async (...providers: ScreeningProvider[]): Promise<ActContext> => {
    const log = createLogger("error", { write: (line: string) => void said.push(JSON.parse(line).error) });
    const circuits = new Circuits(db);
    await circuits.register(providers.map(({ name }) => name));
    return {
      db,
      deployment: sampleDeployment(),
      attester,
      secrets: new SecretBook(keyring, log),
      deepFinality: [],
      silence: new SilenceBook(),
      providers: new Map(providers.map((provider) => [provider.name, provider])),
      circuits,
      policy: { ...policy, providerTimeoutSeconds: 20 },
      log,
      countAction: () => undefined,
      pipeline: {
        db,
        chains: new Map(),
        lanes: [],
        holder: "",
        attester: attester.address,
        settings: SETTINGS,
        log,
        countAttempt: () => undefined,
      },
    };
  };
  const everyone = async () => contextWith(await shippedLists(), worldCheck({ ...lseg }), cipherOwl({ ...owl }));
  const factsFor = async ({ secrets, log }: ActContext) => {
    const deployment = sampleDeployment();
    const source = { db, deployment, attester: attester.address, operator: null, deepFinality: [], secrets, log };
    const [facts] = await loadFacts(source, [agreed.intentId], new Map());
    if (facts === undefined) throw new Error("no facts");
    return facts;
  };
  /** Screens whatever is due; resolves to what is to be done next. */
  const round = async (context: ActContext, again = false) => {
    if (!again) await beginRound(context, await factsFor(context), "COMPLIANCE_CHECKING");
    const [due] = plan(await factsFor(context), new Date(), policy);
    if (due?.type !== "screen") throw new Error(`nothing to screen but ${due?.type}`);
    const failed = await screen(context, await factsFor(context), due.checks).then(
      () => null,
      (error: Error) => error.message,
    );
    return { failed, next: plan(await factsFor(context), new Date(), policy) };
  };
  const checks = async () => {
    const rows = await db.selectFrom("keystone.compliance_check").selectAll().execute();
    return rows
      .map((row) => [agreed.partyIds.indexOf(row.party_id), row.check_type, row.provider, row.status].join(" "))
      .sort();
  };
  const health = (name: string) =>
    db.selectFrom("keystone.provider_health").selectAll().where("name", "=", name).executeTakeFirstOrThrow();
  /** The buyer's name is on the shipped list; here both are nobody. */
  const twoNobodies = () =>
    contextWith({ ...everybodyPasses("sanctions_list") }, worldCheck({ ...lseg }), cipherOwl({ ...owl }));

  it("are all asked, one row each, over real HTTP, and the worst of their words is the party's", async () => {
    await names(["sanctions_list", "lseg_worldcheck"], ["sanctions_list", "cipherowl"]);
    lseg.list("Alpine Bank AG", "Sanctions");
    owl.risks.set(SELLER, { riskScore: 40, riskBand: "Medium Risk", categories: ["Scam"] });
    const { failed, next } = await round(await everyone());
    expect(failed).to.equal(null);
    expect(await checks()).to.deep.equal([
      "0 entity lseg_worldcheck flagged",
      "0 entity sanctions_list pass",
      "0 wallet cipherowl flagged",
      "0 wallet sanctions_list pass",
      "1 entity lseg_worldcheck pass",
      "1 entity sanctions_list fail",
      "1 wallet cipherowl pass",
      "1 wallet sanctions_list pass",
    ]);
    expect(next).to.deep.equal([{ type: "sign", statuses: [2, 2, 3, 1], sequence: 1n, round: 1 }]);
  });

  it("clear a party only together: while one has no word, nobody has", async () => {
    await names(["sanctions_list", "lseg_worldcheck"], ["sanctions_list", "cipherowl"]);
    const context = await twoNobodies();
    // Both wallets of one provider get no answer that can be one.
    for (let ask = 0; ask < 2; ask++) {
      owl.instead.push(({ response }) => response.writeHead(400).end("{}"));
      owl.instead.push(({ response }) => response.writeHead(400).end("{}"));
    }
    const first = await round(context);
    expect(first.failed).to.equal("2 of 8 checks could not be made");
    expect(first.next.map(({ type }) => type)).to.deep.equal(["screen"]);
    owl.instead.length = 0;
    const second = await round(context, true);
    expect(second.failed).to.equal(null);
    expect(second.next).to.deep.equal([{ type: "sign", statuses: [1, 1, 1, 1], sequence: 1n, round: 1 }]);
  });

  it("are asked again within the time of one check, which the circuit counts once", async () => {
    await names(["lseg_worldcheck"], ["cipherowl"]);
    const context = await contextWith(worldCheck({ ...lseg }), cipherOwl({ ...owl }));
    for (let failure = 0; failure < 3; failure++) {
      lseg.instead.push(({ response }) =>
        response.writeHead(failure === 1 ? 429 : 503, { "retry-after": "0" }).end("[]"),
      );
      owl.instead.push(({ response }) => void response.socket?.destroy());
    }
    expect((await round(context)).failed).to.equal(null);
    for (const name of ["lseg_worldcheck", "cipherowl"]) {
      expect(await health(name)).to.include({
        circuit_state: "closed",
        failure_count: 0,
        success_count: 2,
        last_failure_at: null,
      });
    }
  });

  it("are not asked again what they have refused, and it is said without whom it was about", async () => {
    await names(["lseg_worldcheck"], ["cipherowl"]);
    const context = await contextWith(
      worldCheck({ ...lseg, secret: "revoked" }),
      cipherOwl({ ...owl, clientSecret: "revoked" }),
    );
    expect((await round(context)).failed).to.equal("4 of 4 checks could not be made");
    expect(lseg.requests).to.deep.equal([]);
    expect(owl.requests).to.deep.equal(["POST /oauth/token", "POST /oauth/token"]);
    expect(await health("lseg_worldcheck")).to.include({
      failure_count: 2,
      last_error: "the search of the case was answered with 401",
    });
    expect(await health("cipherowl")).to.include({
      failure_count: 2,
      last_error: "the request of a token was answered with 403",
    });
  });

  it("that keep asking to be left alone cost one failure, and no more time than there is", async () => {
    await names(["slow"], ["slow"]);
    let asked = 0;
    const busy = async () => {
      asked++;
      throw new Unavailable("busy", 3_600);
    };
    const context = await contextWith({ name: "slow", screenEntity: busy, screenWallet: busy });
    expect((await round(context)).failed).to.equal("4 of 4 checks could not be made");
    expect(asked).to.equal(4);
    expect(await health("slow")).to.include({ failure_count: 4, last_error: "busy" });
  });

  it("leave a check undone, with the reason, when this relayer lacks them or they cannot be asked that", async () => {
    await names(["cipherowl", "bought_elsewhere"], ["lseg_worldcheck"]);
    const context = await everyone();
    expect((await round(context)).failed).to.equal("6 of 6 checks could not be made");
    expect((await checks()).every((row) => row.endsWith(" error"))).to.equal(true);
    expect(new Set(said)).to.deep.equal(
      new Set([
        "cipherowl screens no names",
        "this relayer has no provider bought_elsewhere",
        "lseg_worldcheck screens no wallets",
      ]),
    );
    // That is nobody's failure.
    expect(await health("cipherowl")).to.include({ failure_count: 0 });
  });

  it("are told every chain on which a wallet deposits or is paid, and the same of a party each time", async () => {
    const told: { chainIds: readonly number[] }[] = [];
    const keys: string[] = [];
    const curious: ScreeningProvider = {
      ...everybodyPasses("sanctions_list"),
      async screenEntity({ key }) {
        keys.push(key);
        return { status: "pass", referenceId: key, riskScore: null, matchedLists: [] };
      },
      async screenWallet({ chainIds }) {
        told.push({ chainIds });
        return { status: "pass", referenceId: "r", riskScore: null, matchedLists: [] };
      },
    };
    const context = await contextWith(curious);
    await round(context);
    expect(told).to.deep.equal([{ chainIds: [A, B] }, { chainIds: [A, B] }]);
    await beginRound(context, await factsFor(context), "again");
    await round(context, true);
    expect(keys.slice(2)).to.have.members(keys.slice(0, 2));
    expect(new Set(keys).size).to.equal(2);
    for (const key of keys) expect(key).to.match(/^[0-9a-f]{64}$/);
  });
});

function everybodyPasses(name: string): ScreeningProvider {
  const pass = async () => ({
    status: "pass" as const,
    referenceId: crypto.randomUUID(),
    riskScore: 0,
    matchedLists: [],
  });
  return { name, screenEntity: pass, screenWallet: pass };
}
