import { encodeTerms } from "@keystoneos/protocol";
import { expect } from "chai";
import { type Hex, keccak256, stringToHex } from "viem";
import { COORDINATOR_CHAIN, DEPLOYMENT, OTHER_CHAIN } from "./support/deployment.ts";
import { ABIS, log } from "./support/logs.ts";
import { account, hash, registered, STANDARD, sampleTerms } from "./support/samples.ts";
import { sharedWorld } from "./support/shared.ts";
import type { Row } from "./support/views.ts";
import type { World } from "./support/world.ts";

const A = String(COORDINATOR_CHAIN);
const B = String(OTHER_CHAIN);
const ONE = `0x${"11".repeat(32)}` as Hex;
const EXECUTE = 1;
const ROLLBACK = 2;

describe("indexer: rows", function () {
  this.timeout(60_000);
  let world: World;

  before(async () => {
    world = await sharedWorld();
    await world.block(world.coordinator, registered);
  });

  const of = async (view: string, settlement: Hex) => {
    await world.indexed();
    return world.views.rows(view, "settlement_hash = $1", [settlement]);
  };
  const only = async (view: string, settlement: Hex): Promise<Row> => {
    const rows = await of(view, settlement);
    expect(rows).to.have.length(1);
    return rows[0] as Row;
  };

  it("makes a settlement and its first transition of its creation", async () => {
    const terms = sampleTerms();
    const settlementId = hash();
    const created = log("coordinator", "SettlementCreated", { settlementId, ref: terms.ref, ruleset: STANDARD, terms });
    await world.block(world.coordinator, created);
    const block = await world.coordinator.client.getBlock({ includeTransactions: true });
    const tx = block.transactions[0];
    const where = {
      block_number: String(block.number),
      block_hash: block.hash,
      block_timestamp: String(block.timestamp),
      tx_hash: tx?.hash,
    };
    expect(await only("settlement", settlementId)).to.deep.equal({
      chain_id: A,
      settlement_hash: settlementId,
      ref: terms.ref,
      ruleset: STANDARD,
      terms: encodeTerms(terms),
      created: true,
      state: "INSTRUCTED",
      verdict: "none",
      transition_count: 0,
      ...where,
    });
    expect(await only("transition", settlementId)).to.deep.equal({
      chain_id: A,
      settlement_hash: settlementId,
      sequence: 1,
      from_state: null,
      to_state: "INSTRUCTED",
      gate: null,
      evidence_hash: null,
      caller: tx?.from,
      ...where,
      log_index: 0,
    });
  });

  it("follows a settlement through its states by the names of its ruleset", async () => {
    const terms = sampleTerms();
    const settlementId = hash();
    const caller = account();
    const step = (from: number, to: number, gate: number) =>
      log("coordinator", "StateTransition", { settlementId, from, to, gate, evidenceHash: ONE, caller });
    await world.block(
      world.coordinator,
      log("coordinator", "SettlementCreated", { settlementId, ref: terms.ref, ruleset: STANDARD, terms }),
      step(0, 1, 0),
      step(1, 2, 1),
      step(2, 3, 0),
    );
    await world.block(
      world.coordinator,
      step(3, 4, 3),
      log("coordinator", "VerdictTaken", { settlementId, verdict: EXECUTE }),
    );
    await world.block(world.coordinator, log("coordinator", "StepFailed", { settlementId, reason: "0x01" }));
    const head = String(await world.coordinator.head());
    expect(await only("settlement", settlementId)).to.include({
      state: "EXECUTING_SWAP",
      verdict: "execute",
      transition_count: 4,
      block_number: head,
    });
    const steps = await of("transition", settlementId);
    steps.sort((a, b) => Number(a.sequence) - Number(b.sequence));
    expect(
      steps.map(({ sequence, from_state, to_state, gate }) => [sequence, from_state, to_state, gate]),
    ).to.deep.equal([
      [1, null, "INSTRUCTED", null],
      [2, "INSTRUCTED", "COMPLIANCE_CHECKING", "NONE"],
      [3, "COMPLIANCE_CHECKING", "COMPLIANCE_CLEARED", "COMPLIANCE_CLEARED"],
      [4, "COMPLIANCE_CLEARED", "AWAITING_DEPOSITS", "NONE"],
      [5, "AWAITING_DEPOSITS", "EXECUTING_SWAP", "DEPOSITS_LOCKED"],
    ]);
    expect(steps[4]).to.include({ evidence_hash: ONE, caller: caller.toLowerCase() });
  });

  it("shows a verdict without a creation as timed out", async () => {
    const settlementId = hash();
    await world.block(world.coordinator, log("coordinator", "VerdictTaken", { settlementId, verdict: ROLLBACK }));
    expect(await only("settlement", settlementId)).to.include({
      created: false,
      state: "TIMED_OUT",
      verdict: "rollback",
      ref: null,
      ruleset: null,
      terms: null,
      transition_count: 0,
    });
    expect(await of("transition", settlementId)).to.deep.equal([]);
  });

  it("keeps what escrow and coordinator say of one chain in one row, whichever speaks first", async () => {
    const settlementId = hash();
    const chainId = BigInt(OTHER_CHAIN);
    await world.block(world.coordinator, log("coordinator", "LockReported", { settlementId, chainId }));
    expect(await only("settlement_chain", settlementId)).to.deep.equal({
      chain_id: B,
      settlement_hash: settlementId,
      locked: false,
      verdict: "none",
      lock_reported: true,
      release_reported: false,
      dispatched: 0,
    });
    await world.block(world.other, log("escrow", "LegsLocked", { settlementId }));
    const dispatched = log("coordinator", "VerdictDispatched", {
      settlementId,
      chainId,
      verdict: EXECUTE,
      guid: hash(),
    });
    await world.block(world.coordinator, dispatched, dispatched);
    expect(await only("settlement_chain", settlementId)).to.include({ locked: true, verdict: "none", dispatched: 2 });
    await world.block(world.other, log("escrow", "VerdictReceived", { settlementId, verdict: EXECUTE }));
    await world.block(world.other, log("escrow", "VerdictIgnored", { settlementId, verdict: ROLLBACK }));
    await world.block(world.coordinator, log("coordinator", "ReleaseReported", { settlementId, chainId }));
    expect(await only("settlement_chain", settlementId)).to.include({
      locked: true,
      verdict: "execute",
      lock_reported: true,
      release_reported: true,
    });
  });

  it("takes the verdict itself for the coordinator's own chain", async () => {
    const settlementId = hash();
    await world.block(world.coordinator, log("coordinator", "VerdictTaken", { settlementId, verdict: EXECUTE }));
    expect(await only("settlement_chain", settlementId)).to.include({ chain_id: A, verdict: "execute", locked: false });
  });

  it("follows a leg from deposit to release, without a creation", async () => {
    const settlementId = hash();
    const [depositor, recipient, token] = [account(), account(), account()];
    const amount = 2n ** 256n - 1n;
    const key = { settlementId, legIndex: 7 };
    await world.block(
      world.other,
      log("escrow", "LegDeposited", { ...key, depositor, secret: hash(), token, tokenId: 0n, amount }),
    );
    const deposit = (await world.other.client.getBlock()).transactions[0];
    expect(await only("leg", settlementId)).to.include({
      chain_id: B,
      leg_index: 7,
      status: "deposited",
      depositor: depositor.toLowerCase(),
      recipient: null,
      token: token.toLowerCase(),
      amount: String(amount),
      deposit_tx_hash: deposit,
      release_tx_hash: null,
    });
    await world.block(world.other, log("escrow", "LegClaimable", { ...key, reason: "0xdeadbeef" }));
    expect(await only("leg", settlementId)).to.include({ status: "claimable", claimable_reason: "0xdeadbeef" });
    await world.block(
      world.other,
      log("escrow", "FeePaid", { ...key, feeIndex: 0, recipient: account(), amount: 5n }),
      log("escrow", "FeeOwed", { ...key, feeIndex: 1, recipient: account(), amount: 6n }),
      log("escrow", "LegReleased", { ...key, recipient, amount: amount - 5n }),
    );
    const block = await world.other.client.getBlock();
    expect(await only("leg", settlementId)).to.include({
      status: "released",
      recipient: recipient.toLowerCase(),
      amount: String(amount),
      claimable_reason: null,
      deposit_tx_hash: deposit,
      release_tx_hash: block.transactions[0],
      block_number: String(block.number),
      block_hash: block.hash,
    });
  });

  it("follows a leg to its refund", async () => {
    const settlementId = hash();
    const depositor = account();
    const key = { settlementId, legIndex: 0 };
    await world.block(
      world.coordinator,
      log("escrow", "LegDeposited", { ...key, depositor, secret: hash(), token: account(), tokenId: 0n, amount: 1n }),
      log("escrow", "FollowUpFailed", { settlementId, reason: "0x" }),
    );
    await world.block(world.coordinator, log("escrow", "LegRefunded", { ...key, depositor, amount: 1n }));
    expect(await only("leg", settlementId)).to.include({
      chain_id: A,
      status: "refunded",
      depositor: depositor.toLowerCase(),
      release_tx_hash: (await world.coordinator.client.getBlock()).transactions[0],
    });
  });

  it("follows a waived leg, whose return can fail, back to its depositor", async () => {
    const settlementId = hash();
    const [depositor, recipient] = [account(), account()];
    const key = { settlementId, legIndex: 2 };
    const deposit = { depositor, secret: hash(), token: account(), tokenId: 0n, amount: 9n };
    await world.block(
      world.other,
      log("escrow", "LegDeposited", { ...key, ...deposit }),
      log("escrow", "LegRedirected", { ...key, wallet: account() }),
      log("escrow", "LegWaived", { ...key, recipient }),
    );
    expect(await only("leg", settlementId)).to.include({
      status: "waived",
      depositor: depositor.toLowerCase(),
      recipient: null,
      redirected_to: null,
      release_tx_hash: null,
    });
    await world.block(world.other, log("escrow", "LegClaimable", { ...key, reason: "0x09" }));
    expect(await only("leg", settlementId)).to.include({ status: "waived", claimable_reason: "0x09" });
    await world.block(world.other, log("escrow", "LegReturned", { ...key, wallet: depositor }));
    expect(await only("leg", settlementId)).to.include({
      status: "waived",
      claimable_reason: null,
      release_tx_hash: (await world.other.client.getBlock()).transactions[0],
    });
  });

  it("shows where a leg was redirected to, before it is paid and after, and leaves its depositor alone", async () => {
    const settlementId = hash();
    const [depositor, wallet] = [account(), account()];
    const key = { settlementId, legIndex: 0 };
    const deposit = { depositor, secret: hash(), token: account(), tokenId: 0n, amount: 9n };
    await world.block(
      world.coordinator,
      log("escrow", "LegDeposited", { ...key, ...deposit }),
      log("escrow", "LegClaimable", { ...key, reason: "0x09" }),
      log("escrow", "LegRedirected", { ...key, wallet }),
    );
    const redirected = { depositor: depositor.toLowerCase(), redirected_to: wallet.toLowerCase() };
    expect(await only("leg", settlementId)).to.include({
      ...redirected,
      status: "claimable",
      claimable_reason: "0x09",
    });
    await world.block(world.coordinator, log("escrow", "LegRefunded", { ...key, depositor: wallet, amount: 9n }));
    expect(await only("leg", settlementId)).to.include({ ...redirected, status: "refunded", claimable_reason: null });
  });

  it("shows a wallet per chain that it was revealed on", async () => {
    const settlementId = hash();
    const wallet = account();
    const revealed = log("escrow", "RecipientRevealed", { settlementId, partyIndex: 3, wallet, secret: hash() });
    await world.block(world.coordinator, revealed);
    await world.block(world.other, revealed);
    const rows = await of("revealed_wallet", settlementId);
    expect(rows.map(({ chain_id, party_index, wallet }) => [chain_id, party_index, wallet])).to.have.deep.members([
      [A, 3, wallet.toLowerCase()],
      [B, 3, wallet.toLowerCase()],
    ]);
  });

  it("keeps every statement of an attester, a revocation as the whole word after it", async () => {
    const settlementId = hash();
    const attester = account();
    const partiesHash = hash();
    const slot = { settlementId, attester, partiesHash };
    const referenceHashes = [hash(), hash(), hash(), hash()];
    const last = 2n ** 64n - 1n;
    await world.block(
      world.coordinator,
      log("registry", "Attested", {
        ...slot,
        statuses: [1, 1, 2, 0],
        referenceHashes,
        validUntil: 1_900_000_000,
        sequence: 1n,
      }),
      log("registry", "Revoked", { ...slot, positions: 0b1010, referenceHash: hash(), sequence: 2n }),
      log("registry", "Overridden", {
        ...slot,
        statuses: [1, 1, 1, 1],
        referenceHashes,
        validUntil: 2 ** 40 - 1,
        sequence: last,
        reason: 'cleared\u0000 by\t"hand" \\ ☂\n',
      }),
    );
    const rows = await of("attestation", settlementId);
    rows.sort((a, b) => (BigInt(a.sequence as string) < BigInt(b.sequence as string) ? -1 : 1));
    expect(
      rows.map(({ kind, statuses, valid_until, sequence }) => [kind, statuses, valid_until, sequence]),
    ).to.deep.equal([
      ["attested", "1,1,2,0", "1900000000", "1"],
      ["revoked", "1,4,2,4", "1900000000", "2"],
      ["overridden", "1,1,1,1", String(2 ** 40 - 1), String(last)],
    ]);
    const event = (await of("chain_event", settlementId)).find((row) => row.event === "Overridden");
    expect(JSON.parse(event?.args as string).reason).to.equal('cleared\u0000 by\t"hand" \\ ☂\n');
  });

  it("counts a revocation without a word before it up to its highest position", async () => {
    const settlementId = hash();
    const slot = { settlementId, attester: account(), partiesHash: hash() };
    await world.block(
      world.coordinator,
      log("registry", "Revoked", { ...slot, positions: 2 ** 31 + 1, referenceHash: hash(), sequence: 1n }),
    );
    const statuses = ["4", ...Array(30).fill("0"), "4"].join(",");
    expect(await only("attestation", settlementId)).to.include({ statuses, valid_until: null });
  });

  it("joins a message's two ends, whichever is seen first", async () => {
    const [sentFirst, receivedFirst] = [hash(), hash()];
    const settlementId = hash();
    const a = { chainId: BigInt(COORDINATOR_CHAIN), chain: world.coordinator };
    const b = { chainId: BigInt(OTHER_CHAIN), chain: world.other };
    const sent = (guid: Hex) =>
      log("messenger", "MessageSent", {
        guid,
        settlementId,
        targetChainId: b.chainId,
        kind: 1,
        verdict: EXECUTE,
        carriesTerms: true,
      });
    const received = (guid: Hex) =>
      log("messenger", "MessageReceived", { guid, settlementId, sourceChainId: a.chainId, kind: 1, verdict: EXECUTE });
    const message = async (guid: Hex) => {
      await world.indexed();
      const rows = await world.views.rows("message", "guid = $1", [guid]);
      expect(rows).to.have.length(1);
      return rows[0] as Row;
    };

    await world.block(a.chain, sent(sentFirst));
    const sentIn = await a.chain.client.getBlock();
    expect(await message(sentFirst)).to.deep.equal({
      guid: sentFirst,
      settlement_hash: settlementId,
      kind: "VERDICT",
      source_chain_id: A,
      target_chain_id: B,
      sent_tx_hash: sentIn.transactions[0],
      sent_block_number: String(sentIn.number),
      received_tx_hash: null,
      ignored_reason: null,
    });
    await world.block(
      b.chain,
      received(sentFirst),
      log("messenger", "MessageIgnored", { guid: sentFirst, reason: "0x1234" }),
    );
    const receivedTx = (await b.chain.client.getBlock()).transactions[0];
    expect(await message(sentFirst)).to.include({ received_tx_hash: receivedTx, ignored_reason: "0x1234" });

    await world.block(b.chain, received(receivedFirst));
    expect(await message(receivedFirst)).to.include({
      settlement_hash: settlementId,
      source_chain_id: A,
      target_chain_id: B,
      sent_tx_hash: null,
      sent_block_number: null,
    });
    await world.block(a.chain, sent(receivedFirst));
    expect((await message(receivedFirst)).sent_tx_hash).to.equal((await a.chain.client.getBlock()).transactions[0]);
  });

  it("keeps a message that was of no use", async () => {
    const guid = hash();
    await world.block(world.other, log("messenger", "MessageIgnored", { guid, reason: "0xff" }));
    await world.indexed();
    const [row] = await world.views.rows("message", "guid = $1", [guid]);
    expect(row).to.include({ settlement_hash: null, kind: null, target_chain_id: B, ignored_reason: "0xff" });
  });

  it("names states and gates that nobody promised", async () => {
    const settlementId = hash();
    const terms = sampleTerms();
    const bad = stringToHex("\u0000nul and a space", { size: 32 });
    const rules = { states: [{ name: bad, kind: 0 }], edges: [] };
    const id = keccak256(bad);
    const unknown = { settlementId, evidenceHash: ONE, caller: account() };
    await world.block(
      world.coordinator,
      log("coordinator", "RulesetRegistered", { rulesetId: id, ruleset: rules }),
      log("coordinator", "SettlementCreated", { settlementId, ref: terms.ref, ruleset: id, terms }),
      log("coordinator", "StateTransition", { ...unknown, from: 0, to: 9, gate: 200 }),
    );
    const steps = await of("transition", settlementId);
    expect(steps.map(({ to_state, gate }) => [to_state, gate])).to.have.deep.members([
      [bad, null],
      ["STATE_9", "GATE_200"],
    ]);
  });

  it("keeps every log of every contract as it was emitted", async () => {
    await world.block(
      world.other,
      log("messenger", "Wired", { wiringHash: ONE }),
      log("messenger", "Sealed", []),
      log("messenger", "NonceMarked", { chainId: BigInt(COORDINATOR_CHAIN), nonce: 7n, skippableAt: 2n ** 64n }),
      log("messenger", "NonceSkipped", { chainId: BigInt(COORDINATOR_CHAIN), nonce: 7n }),
      log("root", "ChildDeployed", { child: 3, account: DEPLOYMENT.contracts.messenger }),
    );
    await world.indexed();
    const block = await world.other.client.getBlock();
    const rows = await world.views.rows("chain_event", "block_hash = $1", [block.hash]);
    rows.sort((a, b) => Number(a.log_index) - Number(b.log_index));
    expect(rows.map(({ contract, event, args, log_index }) => [contract, event, args, log_index])).to.deep.equal([
      ["messenger", "Wired", JSON.stringify({ wiringHash: ONE }), 0],
      ["messenger", "Sealed", "{}", 1],
      ["messenger", "NonceMarked", JSON.stringify({ chainId: A, nonce: "7", skippableAt: String(2n ** 64n) }), 2],
      ["messenger", "NonceSkipped", JSON.stringify({ chainId: A, nonce: "7" }), 3],
      ["root", "ChildDeployed", JSON.stringify({ child: 3, account: DEPLOYMENT.contracts.messenger.toLowerCase() }), 4],
    ]);
    expect(rows[0]).to.include({
      chain_id: B,
      block_number: String(block.number),
      block_timestamp: String(block.timestamp),
      tx_hash: block.transactions[0],
      address: DEPLOYMENT.contracts.messenger.toLowerCase(),
      settlement_hash: null,
    });
    await world.block(world.coordinator, log("registry", "EIP712DomainChanged", []));
    await world.indexed();
    const seen = await world.views.query("SELECT DISTINCT contract, event FROM indexer.chain_event");
    const all = Object.entries(ABIS).flatMap(([contract, abi]) =>
      abi.flatMap((item) => (item.type === "event" ? [{ contract, event: item.name }] : [])),
    );
    expect(seen).to.have.deep.members(all);
  });
});
