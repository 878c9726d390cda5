import { shippedTemplates, type TemplateConfig } from "@keystoneos/protocol";
import type { InstructionLegJson } from "@keystoneos/store";
import { expect } from "chai";
import fc from "fast-check";
import { MATCH_FIELDS } from "../../src/schemas/instruction.ts";
import { firstDifference, type MatchRules } from "../../src/services/matching/first-difference.ts";
import { listedBy, pairLegs } from "../../src/services/matching/pair-legs.ts";
import type { Side } from "../../src/services/matching/side.ts";
import { draftTrade, type Trade } from "../../src/services/settlements/draft-trade.ts";
import { AWAY, HOME, TOKENS, testDeployment } from "../support/deployment.ts";
import { SELLER_WALLET } from "../support/instructions.ts";

const config = shippedTemplates(testDeployment()).find(({ slug }) => slug === "dvp-cross-chain")
  ?.config as TemplateConfig;
const now = new Date("2026-11-01T00:00:00Z");
const rules: MatchRules = { config, coordinatorChainId: HOME, now, minTimeoutSeconds: 60 };

type Transfer = Pick<InstructionLegJson, "token_address" | "chain_id" | "amount" | "default_leg_type">;
type Agreed = { seller: Transfer[]; buyer: Transfer[] };

const asset = fc.record({
  token_address: fc.constantFrom(TOKENS.bond, TOKENS.bondAway),
  chain_id: fc.constantFrom(HOME, AWAY),
  amount: fc.integer({ min: 1, max: 3 }).map(String),
  default_leg_type: fc.constant("asset_delivery" as const),
});
const payment = fc.record({
  token_address: fc.constantFrom(TOKENS.cash, TOKENS.cashAway),
  chain_id: fc.constantFrom(HOME, AWAY),
  amount: fc.integer({ min: 1, max: 3 }).map(String),
  default_leg_type: fc.constant("payment" as const),
});
const trade: fc.Arbitrary<Agreed> = fc.record({
  seller: fc.array(asset, { minLength: 1, maxLength: 4 }),
  buyer: fc.array(payment, { minLength: 1, maxLength: 3 }),
});

function leg(transfer: Transfer, direction: "deliver" | "receive"): InstructionLegJson {
  return {
    ...transfer,
    instrument_id: "X",
    quantity: "1",
    direction,
    leg_type: null,
    token_standard: "ERC-20",
    token_id: null,
    partition: null,
    decimals: 6,
    external_reference: null,
  };
}

/** One side's instruction of a trade, its legs in the order of `shuffle`. */
function side(role: "seller" | "buyer", { seller, buyer }: Agreed, open: boolean, shuffle: number): Side {
  const [mine, theirs] = role === "seller" ? [seller, buyer] : [buyer, seller];
  const legs = [
    ...mine.map((each) => leg(each, "deliver")),
    ...(open ? [] : theirs.map((each) => leg(each, "receive"))),
  ];
  const turn = shuffle % legs.length;
  return {
    instructionId: role,
    idempotencyKey: role,
    platformId: role,
    platformSlug: role,
    environmentId: role,
    templateId: "template",
    role,
    feeMode: "seller_pays",
    open,
    repo: null,
    repoRate: null,
    timeoutAt: new Date(now.getTime() + 3_600_000),
    party: {
      external_reference: role,
      wallet_address: SELLER_WALLET,
      name: role,
      chain_id: null,
      asset_provider: null,
      wallet_commitment: null,
      closing_wallet_commitment: null,
    },
    legs: [...legs.slice(turn), ...legs.slice(0, turn)],
  };
}

describe("firstDifference", () => {
  it("finds none between two descriptions of one trade, in any order, open or not", () => {
    fc.assert(
      fc.property(trade, fc.boolean(), fc.boolean(), fc.nat(), fc.nat(), (agreed, openA, openB, x, y) => {
        const [a, b] = [side("seller", agreed, openA, x), side("buyer", agreed, openB, y)];
        expect(firstDifference(a, b, rules)).to.equal(null);
      }),
    );
  });

  it("says the same whoever comes first", () => {
    fc.assert(
      fc.property(trade, trade, fc.boolean(), fc.boolean(), (one, other, openA, openB) => {
        const [a, b] = [side("seller", one, openA, 0), side("buyer", other, openB, 0)];
        expect(firstDifference(a, b, rules)).to.equal(firstDifference(b, a, rules));
      }),
    );
  });

  it("finds one exactly when the listed transfers of a direction differ", () => {
    const key = (list: Transfer[]) =>
      JSON.stringify(list.map((each) => JSON.stringify([each.token_address, each.chain_id, each.amount])).sort());
    fc.assert(
      fc.property(trade, trade, fc.boolean(), fc.boolean(), (one, other, openA, openB) => {
        const [a, b] = [side("seller", one, openA, 0), side("buyer", other, openB, 0)];
        const bondsDiffer = !openB && key(one.seller) !== key(other.seller);
        const cashDiffers = !openA && key(one.buyer) !== key(other.buyer);
        const field = firstDifference(a, b, rules);
        expect(field !== null).to.equal(bondsDiffer || cashDiffers);
        if (field !== null) expect(MATCH_FIELDS).to.include(field);
      }),
    );
  });

  it("names the field that was changed, in the order of comparison", () => {
    const legs = (change: Partial<InstructionLegJson>) => (target: Side) => {
      target.legs = target.legs.map((each) => (each.direction === "receive" ? { ...each, ...change } : each));
    };
    const agreed: Agreed = {
      seller: [{ token_address: TOKENS.bond, chain_id: HOME, amount: "5", default_leg_type: "asset_delivery" }],
      buyer: [{ token_address: TOKENS.cash, chain_id: HOME, amount: "7", default_leg_type: "payment" }],
    };
    const changes: [string, (target: Side) => void][] = [
      ["template_slug", (target) => Object.assign(target, { templateId: "another" })],
      ["role", (target) => Object.assign(target, { role: "seller" })],
      ["settlement_category", (target) => Object.assign(target, { repo: null })],
      ["legs.instrument_id", legs({ token_address: TOKENS.cashAway })],
      ["legs.chain_id", legs({ chain_id: AWAY })],
      ["legs.token_standard", legs({ token_standard: "ERC-3643" })],
      ["legs.token_id", legs({ token_id: "1" })],
      ["legs.partition", legs({ partition: `0x${"1".repeat(64)}` })],
      ["legs.quantity", legs({ amount: "6" })],
      ["fee_mode", (target) => Object.assign(target, { feeMode: "split" })],
      ["timeout_at", (target) => Object.assign(target, { timeoutAt: new Date(now.getTime() + 59_000) })],
      ["maturity_at", (target) => Object.assign(target, { repo: { ...target.repo, maturityAt: new Date(0) } })],
      ["repayment_amount", (target) => Object.assign(target, { repo: { ...target.repo, repaymentAmount: "9" } })],
    ];
    const repo = { maturityAt: new Date(now.getTime() + 86_400_000), repaymentAmount: "8" };
    for (const [index, [field]] of changes.entries()) {
      const a: Side = { ...side("seller", agreed, false, 0), repo };
      const b: Side = { ...side("buyer", agreed, false, 0), repo };
      // Everything later in the order may differ as well.
      for (const [, change] of changes.slice(index).reverse()) change(b);
      expect(firstDifference(a, b, rules)).to.equal(field);
    }
  });
});

describe("firstDifference of repos", () => {
  const maturity = fc.constantFrom(7, 8).map((days) => new Date(now.getTime() + days * 86_400_000));
  /** One amount in several spellings, and others beside it. */
  const repayment = fc.constantFrom("2", "2.0", "2.000000", "2.000001", "2.0000001", "3");
  const terms = fc.option(fc.record({ maturityAt: maturity, repaymentAmount: repayment }), { nil: null });
  const payments = fc.array(payment, { minLength: 1, maxLength: 2 });
  const units = (amount: string) => {
    const [whole = "", fraction = ""] = amount.split(".");
    return fraction.length > 6 ? null : BigInt(whole + fraction.padEnd(6, "0"));
  };

  it("are compatible exactly when both are none, or both are paid once and back at one time in one amount", () => {
    fc.assert(
      fc.property(
        terms,
        terms,
        fc.array(asset, { minLength: 1, maxLength: 3 }),
        payments,
        fc.boolean(),
        fc.boolean(),
        (...drawn) => {
          const [one, other, seller, buyer, openA, openB] = drawn;
          const a = { ...side("seller", { seller, buyer }, openA, 0), repo: one, repoRate: 1 };
          const b = { ...side("buyer", { seller, buyer }, openB, 0), repo: other, repoRate: 2 };
          const expected = (): string | null => {
            if (one === null && other === null) return null;
            if (one === null || other === null) return "settlement_category";
            if (buyer.length !== 1) return "legs";
            if (one.maturityAt.getTime() !== other.maturityAt.getTime()) return "maturity_at";
            const [mine, theirs] = [units(one.repaymentAmount), units(other.repaymentAmount)];
            return mine !== null && mine === theirs ? null : "repayment_amount";
          };
          expect(firstDifference(a, b, rules)).to.equal(expected());
          expect(firstDifference(b, a, rules)).to.equal(expected());
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("pairLegs", () => {
  const types = [null, "asset_delivery", "payment"] as const;

  it("reconciles stated types exactly when some pairing of equal transfers does", () => {
    const listed = fc.array(fc.tuple(fc.constantFrom(...types), fc.constantFrom(...types)), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(listed, fc.nat(), (pairs, turn) => {
        const transfer: Transfer = {
          token_address: TOKENS.bond,
          chain_id: HOME,
          amount: "1",
          default_leg_type: "asset_delivery",
        };
        const a = side("seller", { seller: pairs.map(() => transfer), buyer: [] }, false, 0);
        const b = side("buyer", { seller: pairs.map(() => transfer), buyer: [transfer] }, false, 0);
        a.legs = pairs.map(([type]) => ({ ...leg(transfer, "deliver"), leg_type: type }));
        const receives = pairs.map(([, type]) => ({ ...leg(transfer, "receive"), leg_type: type }));
        const rotated = [...receives.slice(turn % receives.length), ...receives.slice(0, turn % receives.length)];
        b.legs = [leg(transfer, "deliver"), ...rotated];
        a.legs.push({ ...leg(transfer, "receive") });
        const count = (index: 0 | 1, type: string) => pairs.filter((pair) => pair[index] === type).length;
        // Hall's condition for two types and a joker.
        const possible =
          count(0, "asset_delivery") + count(1, "payment") <= pairs.length &&
          count(0, "payment") + count(1, "asset_delivery") <= pairs.length;
        const { unpaired } = pairLegs(listedBy([a, b]), config.required_roles);
        expect(unpaired.length === 0).to.equal(possible);
      }),
    );
  });

  it("puts the legs in the order of roles, then as listed, whoever submitted first", () => {
    fc.assert(
      fc.property(trade, fc.boolean(), (agreed, buyerFirst) => {
        const [a, b] = [side("seller", agreed, false, 0), side("buyer", agreed, false, 0)];
        const { legs } = pairLegs(listedBy(buyerFirst ? [b, a] : [a, b]), config.required_roles);
        expect(legs.map(({ leg: { token_address, amount } }) => [token_address, amount])).to.deep.equal(
          [...agreed.seller, ...agreed.buyer].map(({ token_address, amount }) => [token_address, amount]),
        );
        const half = agreed.seller.length;
        expect(legs.slice(0, half).every(({ partyRole }) => partyRole === "seller")).to.equal(true);
        expect(legs.slice(half).every(({ counterpartyRole }) => counterpartyRole === "seller")).to.equal(true);
      }),
    );
  });
});

describe("draftTrade", () => {
  /** What two sides that say the same have agreed to. */
  const tradeOf = (agreed: Agreed, changes: Partial<Trade> = {}): Trade => {
    const parties = [side("seller", agreed, false, 0), side("buyer", agreed, false, 0)] as const;
    const { legs } = pairLegs(listedBy(parties), config.required_roles);
    const timeoutAt = parties[0].timeoutAt;
    return { config, parties, legs, feeMode: "seller_pays", timeoutAt, repo: null, ...changes };
  };
  const draftOf = (input: Trade) => {
    const draft = draftTrade(testDeployment(), input);
    if ("fault" in draft) throw new Error(draft.fault.message);
    return draft;
  };
  const plain: Agreed = {
    seller: [{ token_address: TOKENS.bond, chain_id: HOME, amount: "5", default_leg_type: "asset_delivery" }],
    buyer: [{ token_address: TOKENS.cash, chain_id: HOME, amount: "1000000", default_leg_type: "payment" }],
  };

  it("makes terms that no contract refuses, and of which each leg is between the two wallets", () => {
    fc.assert(
      fc.property(trade, (agreed) => {
        const { opening, closing } = draftOf(tradeOf(agreed));
        expect(closing).to.equal(null);
        expect(opening.terms.legs.every(({ from, to }) => from + to === 4 && from % 2 === 1)).to.equal(true);
        const margin = opening.legs.some(({ leg: { chain_id } }) => chain_id !== HOME) ? 15 : 0;
        expect(opening.terms.settleDeadline - opening.terms.depositDeadline).to.equal(margin);
      }),
    );
  });

  it("makes none under a ruleset that waits for a parent, for a match has none", () => {
    draftOf(tradeOf(plain));
    const waiting = structuredClone(config);
    waiting.on_chain.edges = waiting.on_chain.edges.map((edge) =>
      edge.from === "INSTRUCTED" && edge.gate === "NONE" ? { ...edge, gate: "PARENT_FINALIZED" } : edge,
    );
    expect(draftTrade(testDeployment(), tradeOf(plain, { config: waiting }))).to.have.property("fault");
  });

  it("makes none where a fee would go to the token itself", () => {
    const brokered = shippedTemplates(testDeployment()).find(({ slug }) => slug === "dvp-brokered")
      ?.config as TemplateConfig;
    expect(draftOf(tradeOf(plain, { config: brokered })).opening.terms.legs[1]?.fees).to.have.length(1);
    brokered.fees.recipients[String(HOME)] = TOKENS.cash;
    expect(draftTrade(testDeployment(), tradeOf(plain, { config: brokered }))).to.have.nested.property(
      "fault.error",
      "Terms_InvalidFeeRecipient",
    );
  });
});
