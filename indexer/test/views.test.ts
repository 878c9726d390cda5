import { expect } from "chai";
import { promisedColumns } from "./support/contract.ts";
import { log } from "./support/logs.ts";
import { account, hash, registered, STANDARD, sampleTerms } from "./support/samples.ts";
import { sharedWorld } from "./support/shared.ts";
import type { World } from "./support/world.ts";

describe("indexer: what it publishes", function () {
  this.timeout(60_000);
  let world: World;

  before(async () => {
    world = await sharedWorld();
  });

  it("publishes exactly the columns and types of the read contract", async () => {
    const promised = promisedColumns();
    const views = [...new Set(promised.map(({ view }) => view))];
    expect(views).to.have.length(9);
    const published = await world.views.query(
      `SELECT table_name AS view, column_name AS column, data_type
         || CASE WHEN data_type = 'numeric' THEN '(' || numeric_precision || ',' || numeric_scale || ')' ELSE '' END AS type
       FROM information_schema.columns WHERE table_schema = 'indexer' AND table_name = ANY($1)`,
      [views],
    );
    expect(published).to.have.deep.members(promised);
  });

  it("finds the rows of a settlement, a message and a party by index, however many there are", async () => {
    const plan = async (query: string) => {
      const client = await world.views.connect();
      try {
        // On a few rows a scan is cheaper; what counts is that the condition can reach the index.
        await client.query("SET enable_seqscan = off");
        const { rows } = await client.query(`EXPLAIN ${query}`);
        return rows.map((row) => row["QUERY PLAN"]).join("\n");
      } finally {
        client.release(true);
      }
    };
    const one = `'${hash()}'`;
    for (const view of [
      "settlement",
      "transition",
      "leg",
      "settlement_chain",
      "revealed_wallet",
      "attestation",
      "message",
      "chain_event",
    ]) {
      expect(await plan(`SELECT * FROM indexer.${view} WHERE settlement_hash IN (${one}, ${one})`), view).not.to.match(
        /Seq Scan/,
      );
    }
    expect(await plan(`SELECT * FROM indexer.message WHERE guid = ${one}`)).not.to.match(/Seq Scan/);
    expect(await plan(`SELECT * FROM indexer.chain_event WHERE chain_id = 1 AND block_number > 7`)).not.to.match(
      /Seq Scan/,
    );
  });

  it("has a head per chain that follows empty blocks", async () => {
    await world.other.mine(3);
    await world.indexed();
    const block = await world.other.client.getBlock();
    const [head] = await world.views.rows("chain_head", "chain_id = $1", [world.other.chainId]);
    expect(head).to.deep.equal({
      chain_id: String(world.other.chainId),
      block_number: String(block.number),
      block_hash: block.hash,
      block_timestamp: String(block.timestamp),
    });
  });

  it("tells who listens which tables a block has changed", async () => {
    const client = await world.views.connect();
    try {
      await client.query("LISTEN indexer_live_query");
      const told = new Promise<string[]>((resolve) => {
        client.on("notification", ({ payload }) => {
          const tables = JSON.parse(payload ?? "[]") as string[];
          if (tables.includes("revealed_wallet")) resolve(tables);
        });
      });
      const reveal = { settlementId: hash(), partyIndex: 0, wallet: account(), secret: hash() };
      await world.block(world.other, log("escrow", "RecipientRevealed", reveal));
      expect(await told).to.have.members(["chain_event", "chain_head", "revealed_wallet"]);
    } finally {
      client.release(true);
    }
  });

  it("answers GraphQL with the same rows", async () => {
    const terms = sampleTerms();
    const settlementId = hash();
    const leg = { settlementId, legIndex: 1 };
    const guid = hash();
    await world.block(
      world.coordinator,
      registered,
      log("coordinator", "SettlementCreated", { settlementId, ref: terms.ref, ruleset: STANDARD, terms }),
      log("messenger", "MessageSent", {
        guid,
        settlementId,
        targetChainId: 84532n,
        kind: 1,
        verdict: 1,
        carriesTerms: true,
      }),
    );
    const deposit = { depositor: account(), secret: hash(), token: account(), tokenId: 0n, amount: 10n ** 30n };
    await world.block(world.other, log("escrow", "LegDeposited", { ...leg, ...deposit }));
    await world.indexed();
    const query = `query Facts($hash: String!) {
      settlements(where: { settlementHash: $hash }) { items { chainId state verdict created transitionCount } }
      transitions(where: { settlementHash: $hash }, orderBy: "sequence") { items { sequence fromState toState gate } }
      legs(where: { settlementHash: $hash }) { items { chainId legIndex status depositor amount } }
      settlementChains(where: { settlementHash: $hash }) { items { chainId locked } }
      messages(where: { settlementHash: $hash }) { items { guid kind sourceChainId targetChainId receivedTxHash } }
      chainHeads(orderBy: "blockNumber") { items { chainId blockNumber } }
    }`;
    const { data, errors } = await world.graphql(query, { hash: settlementId });
    expect(errors).to.equal(undefined);
    const heads = await world.views.query("SELECT * FROM indexer.chain_head ORDER BY block_number");
    expect(data).to.deep.equal({
      settlements: {
        items: [{ chainId: "11155111", state: "INSTRUCTED", verdict: "none", created: true, transitionCount: 0 }],
      },
      transitions: { items: [{ sequence: 1, fromState: null, toState: "INSTRUCTED", gate: null }] },
      legs: {
        items: [
          {
            chainId: "84532",
            legIndex: 1,
            status: "deposited",
            depositor: deposit.depositor.toLowerCase(),
            amount: String(deposit.amount),
          },
        ],
      },
      settlementChains: { items: [] },
      messages: {
        items: [{ guid, kind: "VERDICT", sourceChainId: "11155111", targetChainId: "84532", receivedTxHash: null }],
      },
      chainHeads: { items: heads.map((head) => ({ chainId: head.chain_id, blockNumber: head.block_number })) },
    });
  });

  it("refuses a GraphQL write and an unknown field", async () => {
    expect((await world.graphql("mutation { createSettlement { id } }")).errors).to.have.length(1);
    expect((await world.graphql("{ settlements { items { secret } } }")).errors?.[0]?.message).to.match(/secret/);
  });
});
