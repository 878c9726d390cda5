import { expect } from "chai";
import fc from "fast-check";
import { encodeAbiParameters, encodeEventTopics, type Hex, keccak256, numberToHex } from "viem";
import { coordinatorAbi, escrowAbi } from "../src/abi/index.ts";
import {
  applyEvent,
  type ChainEvent,
  Clearance,
  clearanceOf,
  decodeChainEvent,
  emptyWorld,
  escrowOf,
  escrowRecordOf,
  hashTerms,
  LegStatus,
  legStatusOf,
  messageOf,
  ProtocolError,
  type ProtocolEvent,
  pathProvenAt,
  recordOf,
  rulesetOf,
  STANDARD_RULESET,
  settlementOf,
  statementsOf,
  stateNameOf,
  toAbiRuleset,
  verdictAt,
  type World,
} from "../src/index.ts";
import { history, interleaving } from "./support/history.ts";
import { PATIENCE } from "./support/patience.ts";
import { context, deployment, terms } from "./support/sample.ts";

const HOME = 11155111;
const OTHER = 84532;
const id = hashTerms(terms);
const wallet = context.escrow;
const word: Hex = `0x${"00".repeat(32)}`;

/** Folds events in the order given, each at the next place of its chain. */
function world(...events: [chainId: number, event: ProtocolEvent][]): World {
  const folded = emptyWorld(deployment);
  const next = new Map<number, number>();
  for (const [chainId, event] of events) {
    const blockNumber = next.get(chainId) ?? 1;
    next.set(chainId, blockNumber + 1);
    applyEvent(folded, { ...event, chainId, blockNumber: BigInt(blockNumber), logIndex: 0 });
  }
  return folded;
}

const registered: [number, ProtocolEvent] = [
  HOME,
  {
    contract: "coordinator",
    eventName: "RulesetRegistered",
    args: { rulesetId: terms.ruleset, ruleset: toAbiRuleset(STANDARD_RULESET) },
  },
];
const created: [number, ProtocolEvent] = [
  HOME,
  {
    contract: "coordinator",
    eventName: "SettlementCreated",
    args: { settlementId: id, ref: terms.ref, ruleset: terms.ruleset, terms },
  },
];
const verdict = (value: number): [number, ProtocolEvent] => [
  HOME,
  { contract: "coordinator", eventName: "VerdictTaken", args: { settlementId: id, verdict: value } },
];
const transition = (from: number, to: number, gate: number): [number, ProtocolEvent] => [
  HOME,
  {
    contract: "coordinator",
    eventName: "StateTransition",
    args: { settlementId: id, from, to, gate, evidenceHash: word, caller: wallet },
  },
];
const locked = (chainId: number): [number, ProtocolEvent] => [
  HOME,
  { contract: "coordinator", eventName: "LockReported", args: { settlementId: id, chainId: BigInt(chainId) } },
];
const escrowEvent = (chainId: number, eventName: string, args: object = {}): [number, ProtocolEvent] => [
  chainId,
  { contract: "escrow", eventName, args: { settlementId: id, ...args } } as ProtocolEvent,
];
const deposited = (chainId: number, legIndex: number) =>
  escrowEvent(chainId, "LegDeposited", {
    legIndex,
    depositor: wallet,
    secret: word,
    token: wallet,
    tokenId: 0n,
    amount: 9n,
  });

describe("the fold", function () {
  this.timeout(PATIENCE);

  it("gives the same world whatever the interleaving of chains", () => {
    fc.assert(
      fc.property(
        history.chain((past) =>
          fc.record({ past: fc.constant(past), one: interleaving(past), other: interleaving(past) }),
        ),
        ({ one, other }) => {
          const left = one.reduce(applyEvent, emptyWorld(deployment));
          const right = other.reduce(applyEvent, emptyWorld(deployment));
          expect(text(left)).to.equal(text(right));
        },
      ),
    );
  });

  it("tells the same through every selector, whatever the interleaving", () => {
    fc.assert(
      fc.property(
        history.chain((past) =>
          fc.record({ past: fc.constant(past), one: interleaving(past), other: interleaving(past) }),
        ),
        ({ past, one, other }) => {
          const told = [one, other].map((events) => {
            const folded = events.reduce(applyEvent, emptyWorld(deployment));
            const guids = events.flatMap((event) => ("guid" in event.args ? [event.args.guid] : [])).sort();
            return text({
              settlements: past.settlements.map((trade) => [
                recordOf(folded, trade.id),
                stateNameOf(folded, trade.id),
                clearanceOf(folded, trade.id, trade.terms, 1),
                [HOME, OTHER].map((chainId) => escrowRecordOf(folded, chainId, trade.id)),
              ]),
              messages: guids.map((guid) => messageOf(folded, guid)),
            });
          });
          expect(told[0]).to.equal(told[1]);
        },
      ),
    );
  });

  it("is not moved by a replay of what it has seen", () => {
    fc.assert(
      fc.property(
        history.chain((past) => fc.record({ events: interleaving(past), again: fc.array(fc.nat()) })),
        ({ events, again }) => {
          const folded = events.reduce(applyEvent, emptyWorld(deployment));
          const before = text(folded);
          for (const at of again) applyEvent(folded, events[at % events.length] as ChainEvent);
          expect(text(folded)).to.equal(before);
        },
      ),
    );
  });

  it("follows the coordinator: creation, steps, verdict, reports", () => {
    const folded = world(
      registered,
      locked(OTHER),
      created,
      transition(0, 1, 0),
      transition(1, 2, 1),
      locked(HOME),
      transition(2, 3, 0),
      transition(3, 4, 3),
      verdict(1),
      [
        HOME,
        {
          contract: "coordinator",
          eventName: "VerdictDispatched",
          args: { settlementId: id, chainId: 84532n, verdict: 1, guid: word },
        },
      ],
      [HOME, { contract: "coordinator", eventName: "ReleaseReported", args: { settlementId: id, chainId: 84532n } }],
      [HOME, { contract: "coordinator", eventName: "StepFailed", args: { settlementId: id, reason: "0x01" } }],
    );
    expect(recordOf(folded, id)).to.deep.equal({
      created: true,
      state: 4,
      kind: 3,
      verdict: 1,
      lockMask: 3,
      releaseMask: 2,
    });
    expect(stateNameOf(folded, id)).to.equal("EXECUTING_SWAP");
    expect(rulesetOf(folded, id)).to.deep.equal(STANDARD_RULESET);
    const settlement = settlementOf(folded, id);
    expect(settlement?.terms).to.deep.equal(terms);
    expect(settlement?.transitions.map(({ to }) => to)).to.deep.equal([1, 2, 3, 4]);
    expect(settlement?.dispatches).to.deep.equal([{ chainId: OTHER, verdict: 1, guid: word }]);
    expect(settlement?.failedSteps).to.deep.equal(["0x01"]);
  });

  it("knows a verdict without creation as TIMED_OUT, and nothing as nothing", () => {
    const folded = world(verdict(2));
    expect(stateNameOf(folded, id)).to.equal("TIMED_OUT");
    expect(recordOf(folded, id)).to.include({ created: false, verdict: 2 });
    expect(stateNameOf(folded, word)).to.equal(null);
    expect(recordOf(folded, word)).to.include({ created: false, verdict: 0 });
    expect(stateNameOf(world(locked(HOME)), id)).to.equal(null);
  });

  it("follows an escrow that is ahead of the coordinator: a deposit before its creation", () => {
    const early = world(deposited(OTHER, 1));
    expect(settlementOf(early, id)).to.equal(undefined);
    expect(legStatusOf(early, OTHER, id, 1)).to.equal(LegStatus.DEPOSITED);
    expect(legStatusOf(early, HOME, id, 1)).to.equal(LegStatus.EMPTY);
  });

  it("follows a leg from deposit over a failed payment to release, and its fees", () => {
    const fee = { legIndex: 1, feeIndex: 2, recipient: wallet, amount: 1n };
    const steps: [number, ProtocolEvent][] = [
      escrowEvent(OTHER, "RecipientRevealed", { partyIndex: 3, wallet, secret: word }),
      deposited(OTHER, 1),
      escrowEvent(OTHER, "LegsLocked"),
      escrowEvent(OTHER, "VerdictReceived", { verdict: 1 }),
      escrowEvent(OTHER, "LegClaimable", { legIndex: 1, reason: "0x08" }),
    ];
    const stuck = world(...steps);
    expect(legStatusOf(stuck, OTHER, id, 1)).to.equal(LegStatus.LOCKED);
    expect(escrowRecordOf(stuck, OTHER, id)).to.include({
      verdict: 1,
      locked: true,
      deposited: 2,
      paid: 0,
      claimable: 2,
    });
    expect(escrowOf(stuck, OTHER, id)?.legs.get(1)?.claimableReason).to.equal("0x08");
    expect(escrowOf(stuck, OTHER, id)?.wallets.get(3)).to.deep.equal({ wallet, secret: word });

    steps.push(escrowEvent(OTHER, "LegReleased", { legIndex: 1, recipient: wallet, amount: 8n }));
    steps.push(escrowEvent(OTHER, "FeeOwed", fee));
    const paid = world(...steps);
    expect(legStatusOf(paid, OTHER, id, 1)).to.equal(LegStatus.RELEASED);
    expect(escrowRecordOf(paid, OTHER, id)).to.include({ paid: 2, claimable: 0, feesOwed: 1n << 6n, feeCursor: 0 });

    steps.push(escrowEvent(OTHER, "FeeOwed", fee));
    expect(escrowRecordOf(world(...steps), OTHER, id)).to.include({ feesOwed: 1n << 6n, feeCursor: 3 << 2 });
    steps.push(escrowEvent(OTHER, "FeePaid", fee));
    expect(escrowRecordOf(world(...steps), OTHER, id)).to.include({ feesOwed: 0n });
  });

  it("follows a refund, an ignored verdict and a failed follow-up", () => {
    const folded = world(
      deposited(OTHER, 0),
      escrowEvent(OTHER, "VerdictReceived", { verdict: 2 }),
      escrowEvent(OTHER, "VerdictIgnored", { verdict: 1 }),
      escrowEvent(OTHER, "LegRefunded", { legIndex: 0, depositor: wallet, amount: 9n }),
      escrowEvent(OTHER, "FollowUpFailed", { reason: "0x02" }),
    );
    expect(legStatusOf(folded, OTHER, id, 0)).to.equal(LegStatus.REFUNDED);
    expect(escrowOf(folded, OTHER, id)).to.deep.include({
      ignoredVerdicts: [1],
      failedFollowUps: ["0x02"],
      verdict: 2,
    });
  });

  const waived = escrowEvent(OTHER, "LegWaived", { legIndex: 1, recipient: wallet });
  const returned = escrowEvent(OTHER, "LegReturned", { legIndex: 1, wallet });
  const redirected = escrowEvent(OTHER, "LegRedirected", { legIndex: 1, wallet });
  const executed = [escrowEvent(OTHER, "LegsLocked"), escrowEvent(OTHER, "VerdictReceived", { verdict: 1 })];

  it("calls a leg waived from the decision on, before it is returned, and never refunded", () => {
    const steps = [deposited(OTHER, 1), escrowEvent(OTHER, "LegsLocked"), waived];
    const given = world(...steps);
    expect(legStatusOf(given, OTHER, id, 1)).to.equal(LegStatus.WAIVED);
    expect(escrowRecordOf(given, OTHER, id)).to.include({ deposited: 2, paid: 0, waived: 2 });

    steps.push(escrowEvent(OTHER, "VerdictReceived", { verdict: 2 }), returned);
    const back = world(...steps);
    expect(legStatusOf(back, OTHER, id, 1)).to.equal(LegStatus.WAIVED);
    expect(escrowRecordOf(back, OTHER, id)).to.include({ verdict: 2, paid: 2, waived: 2 });
    expect(escrowOf(back, OTHER, id)?.legs.get(1)).to.include({ status: "returned", paidTo: wallet, paidAmount: 9n });
  });

  it("follows a redirected leg, which a waiver gives back to its depositor", () => {
    const legIn = (...events: [number, ProtocolEvent][]) =>
      escrowOf(world(deposited(OTHER, 1), ...executed, ...events), OTHER, id)?.legs.get(1);
    expect(legIn(redirected)).to.include({ redirectedTo: wallet, waived: false, status: "deposited" });
    expect(legIn(redirected, waived)).to.include({ redirectedTo: null, waived: true });
    expect(legIn(waived, redirected)).to.include({ redirectedTo: wallet, waived: true });
  });

  it("reads the verdict of the coordinator's escrow from the coordinator, and of others from their messages", () => {
    const folded = world(verdict(1));
    expect(verdictAt(folded, HOME, id)).to.equal(1);
    expect(verdictAt(folded, OTHER, id)).to.equal(0);
    expect([pathProvenAt(folded, HOME), pathProvenAt(folded, OTHER)]).to.deep.equal([true, false]);
    const proven = world(escrowEvent(OTHER, "VerdictIgnored", { verdict: 1 }));
    expect(pathProvenAt(proven, OTHER)).to.equal(true);
  });

  it("keeps each attester's whole word, sticky statuses as the event states them", () => {
    const slot = {
      settlementId: id,
      attester: terms.attesters[0] as Hex,
      partiesHash: keccak256(`0x${terms.parties.map((party) => party.slice(2)).join("")}`),
    };
    const attested = (sequence: bigint, statuses: number[]): [number, ProtocolEvent] => [
      HOME,
      {
        contract: "registry",
        eventName: "Attested",
        args: { ...slot, statuses, referenceHashes: [], validUntil: terms.settleDeadline, sequence },
      },
    ];
    const revoked: [number, ProtocolEvent] = [
      HOME,
      {
        contract: "registry",
        eventName: "Revoked",
        args: { ...slot, positions: 0b1000, referenceHash: word, sequence: 2n },
      },
    ];
    const overridden: [number, ProtocolEvent] = [
      HOME,
      {
        contract: "registry",
        eventName: "Overridden",
        args: {
          ...slot,
          statuses: [1, 1, 1, 1],
          referenceHashes: [],
          validUntil: terms.settleDeadline,
          sequence: 3n,
          reason: "checked again",
        },
      },
    ];
    const judged = (...events: [number, ProtocolEvent][]) => clearanceOf(world(...events), id, terms, 1);
    expect(judged()).to.equal(Clearance.PENDING);
    expect(judged(attested(1n, [1, 1, 1, 1]))).to.equal(Clearance.CLEARED);
    expect(judged(attested(1n, [1, 1, 1, 1]), revoked)).to.equal(Clearance.FAILED);
    expect(judged(attested(1n, [1, 1, 1, 1]), revoked, overridden)).to.equal(Clearance.CLEARED);
    expect(statementsOf(world(revoked), id, terms)).to.deep.equal([
      { ...slot, statuses: [0, 0, 0, 4], validUntil: 0, sequence: 2n },
    ]);
  });

  it("revokes position 31 as well as position 0", () => {
    const slot = { settlementId: id, attester: wallet, partiesHash: word, referenceHash: word, sequence: 1n };
    const folded = world([
      HOME,
      { contract: "registry", eventName: "Revoked", args: { ...slot, positions: 2 ** 31 + 1 } },
    ]);
    const [statement] = folded.chains.get(HOME)?.statements.values() ?? [];
    expect(statement?.statuses).to.deep.equal([4, ...Array(30).fill(0), 4]);
  });

  it("joins a message from both ends, whichever is seen", () => {
    const content = { guid: word, settlementId: id, kind: 1, verdict: 2 };
    const sent: [number, ProtocolEvent] = [
      HOME,
      {
        contract: "messenger",
        eventName: "MessageSent",
        args: { ...content, targetChainId: 84532n, carriesTerms: true },
      },
    ];
    const received: [number, ProtocolEvent] = [
      OTHER,
      { contract: "messenger", eventName: "MessageReceived", args: { ...content, sourceChainId: 11155111n } },
    ];
    const ignored: [number, ProtocolEvent] = [
      OTHER,
      { contract: "messenger", eventName: "MessageIgnored", args: { guid: word, reason: "0x03" } },
    ];
    const view = { ...content, sourceChainId: HOME, targetChainId: OTHER };
    expect(messageOf(world(), word)).to.equal(null);
    expect(messageOf(world(sent), word)).to.deep.equal({ ...view, sent: true, received: false, ignoredReason: null });
    expect(messageOf(world(received), word)).to.deep.equal({
      ...view,
      sent: false,
      received: true,
      ignoredReason: null,
    });
    expect(messageOf(world(received, sent, ignored), word)).to.deep.equal({
      ...view,
      sent: true,
      received: true,
      ignoredReason: "0x03",
    });
    expect(messageOf(world(ignored), word)).to.include({
      settlementId: null,
      targetChainId: OTHER,
      received: false,
      ignoredReason: "0x03",
    });
  });

  it("knows what was deployed, wired and sealed on each chain", () => {
    const folded = world(
      [OTHER, { contract: "root", eventName: "ChildDeployed", args: { child: 1, account: wallet } }],
      [OTHER, { contract: "messenger", eventName: "Wired", args: { wiringHash: word } }],
      [OTHER, { contract: "messenger", eventName: "Sealed", args: {} } as ProtocolEvent],
    );
    expect(folded.chains.get(OTHER)).to.deep.include({
      wiringHash: word,
      sealed: true,
      children: new Map([[1, wallet]]),
    });
    expect(folded.chains.get(HOME)).to.deep.include({ wiringHash: null, sealed: false, children: new Map() });
  });

  it("knows which messages were found stuck, and which of them were given up", () => {
    const marked = (nonce: bigint, skippableAt: bigint): [number, ProtocolEvent] => [
      OTHER,
      { contract: "messenger", eventName: "NonceMarked", args: { chainId: BigInt(HOME), nonce, skippableAt } },
    ];
    const folded = world(marked(3n, 700n), marked(4n, 800n), [
      OTHER,
      { contract: "messenger", eventName: "NonceSkipped", args: { chainId: BigInt(HOME), nonce: 3n } },
    ]);
    const nonces = new Map([
      [3n, { skippableAt: 700n, skipped: true }],
      [4n, { skippableAt: 800n, skipped: false }],
    ]);
    expect(folded.chains.get(OTHER)?.stuck).to.deep.equal(new Map([[HOME, nonces]]));
    expect(folded.chains.get(HOME)?.stuck).to.deep.equal(new Map());
  });

  const faults: [name: string, before: [number, ProtocolEvent][], fault: [number, ProtocolEvent]][] = [
    ["a chain that is not its own", [], [1, verdict(1)[1]]],
    ["a coordinator on another chain", [], [OTHER, verdict(1)[1]]],
    [
      "a skip of a nonce that nobody marked",
      [],
      [OTHER, { contract: "messenger", eventName: "NonceSkipped", args: { chainId: BigInt(HOME), nonce: 3n } }],
    ],
    ["a creation under a ruleset it never saw", [], created],
    ["a step of a settlement it never saw", [registered], transition(0, 1, 0)],
    ["a step into a state that is not there", [registered, created], transition(0, 9, 0)],
    [
      "a payment of a leg it never saw",
      [],
      escrowEvent(HOME, "LegReleased", { legIndex: 0, recipient: wallet, amount: 1n }),
    ],
    ["a waiver of a leg it never saw", [], escrowEvent(HOME, "LegWaived", { legIndex: 0, recipient: wallet })],
  ];
  for (const [name, before, [chainId, event]] of faults) {
    it(`refuses ${name}, and stays as it was`, () => {
      const folded = world(...before);
      const unchanged = text(folded);
      expect(() => applyEvent(folded, { ...event, chainId, blockNumber: 99n, logIndex: 0 }))
        .to.throw(ProtocolError)
        .with.property("code", "event_input");
      expect(text(folded)).to.equal(unchanged);
    });
  }
});

describe("decodeChainEvent", function () {
  this.timeout(PATIENCE);

  const place = { blockNumber: 7n, logIndex: 3 };
  const log = {
    ...place,
    address: deployment.contracts.escrow,
    data: encodeAbiParameters([{ type: "uint8" }], [2]),
    topics: encodeEventTopics({ abi: escrowAbi, eventName: "VerdictReceived", args: { settlementId: id } }) as [
      Hex,
      ...Hex[],
    ],
  };

  it("decodes a log of the deployment and says whose it is", () => {
    expect(decodeChainEvent(deployment, OTHER, log)).to.deep.equal({
      contract: "escrow",
      eventName: "VerdictReceived",
      args: { settlementId: id, verdict: 2 },
      chainId: OTHER,
      ...place,
    });
  });

  it("decodes an event without arguments", () => {
    const topics = [keccak256(`0x${Buffer.from("Sealed()").toString("hex")}`)] as [Hex];
    const sealed = decodeChainEvent(deployment, OTHER, {
      ...log,
      address: deployment.contracts.messenger,
      data: "0x",
      topics,
    });
    expect(sealed).to.deep.include({ contract: "messenger", eventName: "Sealed", args: {} });
  });

  it("has nothing to say of a stranger's log", () => {
    expect(decodeChainEvent(deployment, OTHER, { ...log, address: terms.operator })).to.equal(null);
  });

  it("refuses a pending log and what no contract of ours emits", () => {
    const bad = [
      { ...log, blockNumber: null },
      { ...log, topics: [numberToHex(1, { size: 32 })] as [Hex] },
      { ...log, data: "0x" as const },
      { ...log, address: deployment.contracts.coordinator },
    ];
    for (const entry of bad) {
      expect(() => decodeChainEvent(deployment, OTHER, entry))
        .to.throw(ProtocolError)
        .with.property("code", "event_input");
    }
  });

  it("gives back terms as they were published", () => {
    const topics = encodeEventTopics({
      abi: coordinatorAbi,
      eventName: "SettlementCreated",
      args: { settlementId: id, ref: terms.ref, ruleset: terms.ruleset },
    }) as [Hex, ...Hex[]];
    const inputs =
      coordinatorAbi.find((item) => item.type === "event" && item.name === "SettlementCreated")?.inputs ?? [];
    const data = encodeAbiParameters([inputs[3] as never], [terms] as never);
    const event = decodeChainEvent(deployment, HOME, {
      ...log,
      address: deployment.contracts.coordinator,
      topics,
      data,
    });
    expect(event?.args).to.deep.equal({ settlementId: id, ref: terms.ref, ruleset: terms.ruleset, terms });
  });
});

/** A canonical text: maps sorted by key, because their order tells only in which order things were first heard of. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, entry) => {
    if (typeof entry === "bigint") return `${entry}n`;
    if (!(entry instanceof Map)) return entry;
    return [...entry].sort(([left], [right]) => (String(left) < String(right) ? -1 : 1));
  });
}
