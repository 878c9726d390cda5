import { expect } from "chai";
import {
  encodeErrorResult,
  encodeFunctionData,
  getAddress,
  type Hex,
  keccak256,
  parseSignature,
  serializeSignature,
  stringToHex,
  zeroAddress,
  zeroHash,
} from "viem";
import { ROLES } from "./support/chain.ts";
import { attest } from "./support/compliance.ts";
import { type Consent, consentsOf, signCancel } from "./support/consents.ts";
import { expectRevert } from "./support/revert.ts";
import { balanceOf, deposit, dvp, open } from "./support/settle.ts";
import {
  buildTrade,
  GATE,
  KIND,
  STANDARD_RULESET,
  STATE,
  type Trade,
  VERDICT,
  walletCommitment,
} from "./support/terms.ts";
import { crossDvp, eventNames, eventsOf, openingOf, until, vary } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const TEN_MINUTES = 600;

describe("SettlementCoordinator: cancellation by consent", function () {
  this.timeout(60_000);
  let world: World;
  let trade: Trade;
  let validUntil: number;
  let consents: Consent[];
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld();
    trade = await dvp(world);
    await world.coordinator.write.createSettlement([trade.terms]);
    validUntil = (await world.home.helpers.time.latest()) + TEN_MINUTES;
    consents = await consentsOf(world.home, trade, validUntil);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const cancel = (some: readonly Consent[] = consents, one = trade) =>
    world.coordinator.write.cancel([one.terms, some], { account: world.home.address(ROLES.stranger) });
  const record = (one = trade) => world.coordinator.read.stateOf([one.id]);
  const [SELLER, BUYER] = [1, 3];
  /** The consents with the seller's or the buyer's changed. */
  const withOne = (position: number, changes: Partial<Consent>) =>
    consents.map((consent, i) => (i === position ? { ...consent, ...changes } : consent));
  async function refused(some: readonly Consent[], error: string, args: readonly unknown[], one = trade) {
    const before = await record(one);
    await expectRevert(cancel(some, one), error, args);
    expect(await record(one)).to.deep.equal(before);
  }
  const invalid = (some: readonly Consent[], partyIndex: number, wallet: string, one = trade) =>
    refused(some, "SettlementCoordinator_InvalidConsent", [BigInt(partyIndex), getAddress(wallet)], one);

  describe("taken", () => {
    it("rolls back at once, whoever brings the signatures and in whatever order", async () => {
      for (const order of [consents, consents.toReversed()]) {
        const back = await world.snapshot();
        const events = await eventsOf(world.home, world.coordinator, await cancel(order));
        expect(events.map(({ eventName }) => eventName)).to.deep.equal(["StateTransition", "VerdictTaken"]);
        expect(events[0]?.args).to.deep.equal({
          settlementId: trade.id,
          from: STATE.INSTRUCTED,
          to: STATE.ROLLED_BACK,
          gate: GATE.CONSENT,
          evidenceHash: zeroHash,
          caller: world.home.address(ROLES.stranger),
        });
        expect(events[1]?.args).to.deep.equal({ settlementId: trade.id, verdict: VERDICT.ROLLBACK });
        expect(await record()).to.deep.include({
          state: STATE.ROLLED_BACK,
          kind: KIND.FAILED,
          verdict: VERDICT.ROLLBACK,
        });
        await back();
      }
    });

    it("is open in every state before Executing, and gives a deposit back before its deadline", async () => {
      await attest(world, trade);
      for (const target of [STATE.COMPLIANCE_CHECKING, STATE.COMPLIANCE_CLEARED, STATE.AWAITING_DEPOSITS]) {
        await world.coordinator.write.transition([trade.terms, target, zeroHash]);
        const back = await world.snapshot();
        await cancel();
        expect((await record()).state).to.equal(STATE.ROLLED_BACK);
        await back();
      }
      const bond = world.side.home.bond;
      const before = await balanceOf(world.home, bond, world.home.address(ROLES.seller));
      await deposit(world, trade, 0);
      await cancel();
      await world.escrow.home.write.claim([trade.terms, 0n]);
      expect(await balanceOf(world.home, bond, world.home.address(ROLES.seller))).to.equal(before);
    });

    it("counts in the last second of the signatures", async () => {
      await world.home.helpers.time.setNextBlockTimestamp(validUntil);
      await cancel();
      expect((await record()).verdict).to.equal(VERDICT.ROLLBACK);
    });

    it("reaches a locked escrow on another chain as any rollback does", async () => {
      const cross = await crossDvp(world);
      await open(world, cross);
      const value = await world.escrow.away.read.quoteLocked([cross.terms, false]);
      await deposit(world, cross, 1, { value, openings: [openingOf(cross, 0)] });
      await cancel(await consentsOf(world.home, cross, validUntil), cross);
      const away = BigInt(world.away.chainId);
      const fee = await world.coordinator.read.quoteDispatch([cross.terms, away, false]);
      const sent = await world.coordinator.write.dispatch([cross.terms, away], { value: fee });
      await world.deliverAll(world.home, sent);
      await world.escrow.away.write.claim([cross.terms, 1n]);
      expect(await world.escrow.away.read.legStatus([cross.id, 1n])).to.equal(4);
    });

    it("is a no-op after any rollback, even without consents", async () => {
      await cancel();
      const after = await record();
      for (const some of [consents, []]) {
        expect(await eventNames(world.home, world.coordinator, await cancel(some))).to.deep.equal([]);
      }
      expect(await record()).to.deep.equal(after);

      const late = await vary(world, trade, { settleDeadline: trade.terms.depositDeadline });
      await until(world.home, late.terms.settleDeadline);
      await world.coordinator.write.timeout([late.terms]);
      expect(await eventNames(world.home, world.coordinator, await cancel([], late))).to.deep.equal([]);
    });

    it("looks at no more than it needs, so that nobody can spoil it by adding", async () => {
      const junk = (partyIndex: number): Consent => ({
        opening: { partyIndex, secret: zeroHash, wallet: zeroAddress },
        validUntil: 0,
        signature: "0x",
      });
      // Entities' commitments, a position that is none, and a second word of one who has given his.
      await cancel([
        junk(0),
        ...consents.slice(0, 1),
        junk(SELLER),
        junk(2),
        junk(255),
        ...consents.slice(1),
        junk(BUYER),
      ]);
      expect((await record()).verdict).to.equal(VERDICT.ROLLBACK);
    });

    it("needs one signature for each of a wallet's commitments, which may be the same", async () => {
      const both = await buildTrade(world, {
        legs: [
          { chain: world.home, token: world.side.home.bond, amount: 1n, from: 0, to: 1 },
          { chain: world.home, token: world.side.home.cash, amount: 1n, from: 1, to: 2 },
        ],
        accounts: [ROLES.seller, ROLES.buyer, ROLES.seller],
      });
      await world.coordinator.write.createSettlement([both.terms]);
      const all = await consentsOf(world.home, both, validUntil);
      expect(all[0]?.signature).to.equal(all[2]?.signature);
      await refused(all.slice(0, 2), "SettlementCoordinator_ConsentMissing", [5n], both);
      await cancel(all, both);
      expect((await record(both)).verdict).to.equal(VERDICT.ROLLBACK);
    });
  });

  describe("valid call, one thing broken:", () => {
    it("one party has not signed", async () => {
      await refused([], "SettlementCoordinator_ConsentMissing", [1n]);
      await refused(consents.slice(1), "SettlementCoordinator_ConsentMissing", [1n]);
      await refused(consents.slice(0, 1), "SettlementCoordinator_ConsentMissing", [3n]);
    });

    it("one party's word twice does not stand for another's", async () => {
      const [seller] = consents as [Consent, Consent];
      await refused([seller, seller], "SettlementCoordinator_ConsentMissing", [3n]);
      const posing = { ...seller, opening: { ...seller.opening, partyIndex: BUYER } };
      await invalid([seller, posing], BUYER, seller.opening.wallet);
    });

    it("one signature has run out", async () => {
      await world.home.helpers.time.setNextBlockTimestamp(validUntil + 1);
      await refused(consents, "SettlementCoordinator_ConsentExpired", [1n, validUntil]);
    });

    it("a signature's time is another than the one signed", () =>
      invalid(withOne(1, { validUntil: validUntil + 1 }), BUYER, openingOf(trade, 1).wallet));

    it("an opening has another secret", async () => {
      const { opening } = consents[0] as Consent;
      await invalid(withOne(0, { opening: { ...opening, secret: zeroHash } }), SELLER, opening.wallet);
    });

    it("an opening names another wallet, which has signed", async () => {
      const { opening } = consents[1] as Consent;
      const wallet = world.home.address(ROLES.stranger);
      const signature = await signCancel(world.home, ROLES.stranger, trade, validUntil);
      await invalid(withOne(1, { opening: { ...opening, wallet }, signature }), BUYER, wallet);
    });

    it("a stranger has signed for a party", async () => {
      const signature = await signCancel(world.home, ROLES.stranger, trade, validUntil);
      await invalid(withOne(1, { signature }), BUYER, openingOf(trade, 1).wallet);
    });

    it("a signature is for another settlement, another domain, or is none", async () => {
      const other = await dvp(world);
      const wallet = openingOf(trade, 1).wallet;
      const sign = (of: Trade, domain: Parameters<typeof signCancel>[4] = {}) =>
        signCancel(world.home, ROLES.buyer, of, validUntil, domain);
      const [, buyer] = consents as [Consent, Consent];
      const { r, s, yParity } = parseSignature(buyer.signature);
      const high = `0x${(SECP256K1_ORDER - BigInt(s)).toString(16).padStart(64, "0")}` as Hex;
      for (const signature of [
        await sign(other),
        await sign(trade, { chainId: BigInt(world.away.chainId) }),
        await sign(trade, { verifyingContract: world.addresses.escrow }),
        await sign(trade, { name: "KeyStone Escrow" }),
        await sign(trade, { version: "2" }),
        serializeSignature({ r, s: high, yParity: 1 - yParity }),
        buyer.signature.slice(0, -2) as Hex,
        "0x",
      ] as const) {
        await invalid(withOne(1, { signature }), BUYER, wallet);
      }
    });

    it("a party of one leg only has not signed", async () => {
      const three = await buildTrade(world, {
        legs: [
          { chain: world.home, token: world.side.home.bond, amount: 1n, from: 0, to: 1 },
          { chain: world.home, token: world.side.home.cash, amount: 1n, from: 1, to: 2 },
        ],
        accounts: [ROLES.seller, ROLES.buyer, ROLES.stranger],
      });
      await world.coordinator.write.createSettlement([three.terms]);
      const all = await consentsOf(world.home, three, validUntil);
      for (const [position, consent] of all.entries()) {
        const others = all.filter((one) => one !== consent);
        await refused(others, "SettlementCoordinator_ConsentMissing", [BigInt(2 * position + 1)], three);
      }
      await cancel(all, three);
    });

    it("the settlement was never created", async () => {
      const other = await dvp(world);
      const some = await consentsOf(world.home, other, validUntil);
      await refused(some, "SettlementCoordinator_UnknownSettlement", [other.id], other);
    });

    it("the verdict is EXECUTE", async () => {
      await attest(world, trade);
      await deposit(world, trade, 0);
      await deposit(world, trade, 1);
      expect((await record()).state).to.equal(STATE.FINALIZED);
      await refused(consents, "SettlementCoordinator_AlreadyExecuting", [trade.id]);

      const cross = await crossDvp(world);
      await open(world, cross);
      await world.home.helpers.impersonateAccount(world.addresses.messenger);
      await world.home.helpers.setBalance(world.addresses.messenger, 10n ** 18n);
      await world.coordinator.write.recordLocked([cross.id, BigInt(world.away.chainId)], {
        account: world.addresses.messenger,
      });
      await deposit(world, cross, 0, { openings: [openingOf(cross, 1)] });
      expect((await record(cross)).state).to.equal(STATE.EXECUTING_SWAP);
      const some = await consentsOf(world.home, cross, validUntil);
      await refused(some, "SettlementCoordinator_AlreadyExecuting", [cross.id], cross);
    });

    it("the ruleset has no CONSENT edge there", async () => {
      const ruleset = {
        ...STANDARD_RULESET,
        edges: STANDARD_RULESET.edges.filter(({ gate, from }) => gate !== GATE.CONSENT || from !== STATE.INSTRUCTED),
      };
      const { result } = await world.coordinator.simulate.registerRuleset([ruleset]);
      await world.coordinator.write.registerRuleset([ruleset]);
      const firm = await vary(world, trade, { ruleset: result });
      await world.coordinator.write.createSettlement([firm.terms]);
      const some = await consentsOf(world.home, firm, validUntil);
      await refused(some, "SettlementCoordinator_NoConsentEdge", [firm.id, STATE.INSTRUCTED], firm);
      await world.coordinator.write.advance([firm.terms]);
      await cancel(some, firm);
    });
  });

  it("is taken neither by advance nor by transition", async () => {
    await world.coordinator.write.advance([trade.terms]);
    expect((await record()).state).to.equal(STATE.COMPLIANCE_CHECKING);
    const call = world.coordinator.write.transition([trade.terms, STATE.ROLLED_BACK, zeroHash], {
      account: world.home.address(ROLES.seller),
    });
    await expectRevert(call, "SettlementCoordinator_TransitionNotAllowed");
  });

  it("cannot be used a second time: an id that was cancelled stays so", async () => {
    await cancel();
    expect(await eventNames(world.home, world.coordinator, await create())).to.deep.equal([]);
    expect((await record()).verdict).to.equal(VERDICT.ROLLBACK);
    // The same trade made anew is another settlement, of which these signatures say nothing.
    const again = await vary(world, trade, { ref: keccak256(stringToHex("again")).slice(0, 34) as Hex });
    await world.coordinator.write.createSettlement([again.terms]);
    await invalid(consents, SELLER, openingOf(trade, 0).wallet, again);

    function create() {
      return world.coordinator.write.createSettlement([trade.terms]);
    }
  });

  describe("by contracts", () => {
    const secret = keccak256(stringToHex("a wallet that is a contract"));

    /** The trade with this wallet in the buyer's place, created, and the consents to it. */
    async function withBuyer(wallet: Hex, base: Trade, account: number = ROLES.buyer) {
      const parties = base.terms.parties.map((party, i) => (i === BUYER ? walletCommitment(secret, wallet) : party));
      const made = await vary(world, base, { parties });
      const opening = { partyIndex: BUYER, secret, wallet };
      const one = { ...made, openings: [openingOf(base, 0), opening] };
      await world.coordinator.write.createSettlement([one.terms]);
      const [seller] = await consentsOf(world.home, one, validUntil);
      const signature = await signCancel(world.home, account, one, validUntil);
      return { one, some: [seller as Consent, { opening, validUntil, signature }] };
    }
    const deploy = () => world.home.viem.deployContract("ContractWallet", [world.home.address(ROLES.buyer)]);

    it("asks a wallet with a leg on this chain by ERC-1271", async () => {
      const wallet = await deploy();
      const { one, some } = await withBuyer(wallet.address, trade);
      for (const answer of [1, 2]) {
        await wallet.write.setAnswer([answer]);
        await invalid(some, BUYER, some[1]?.opening.wallet ?? zeroAddress, one);
      }
      await wallet.write.setAnswer([0]);
      await cancel(some, one);
      expect((await record(one)).verdict).to.equal(VERDICT.ROLLBACK);
    });

    it("asks none whose legs are all elsewhere: here the address may be another's", async () => {
      const wallet = await deploy();
      const far = await dvp(world, { bondOn: world.away, cashOn: world.away });
      const { one, some } = await withBuyer(wallet.address, far);
      await invalid(some, BUYER, some[1]?.opening.wallet ?? zeroAddress, one);
    });

    it("takes the key of an account that has given itself code, wherever its legs are", async () => {
      const code = await world.home.client.getCode({ address: (await deploy()).address });
      await world.home.helpers.setCode(world.home.address(ROLES.buyer), code ?? "0x");
      await cancel();
      const far = await dvp(world, { bondOn: world.away, cashOn: world.away });
      await world.coordinator.write.createSettlement([far.terms]);
      await cancel(await consentsOf(world.home, far, validUntil), far);
      expect((await record(far)).verdict).to.equal(VERDICT.ROLLBACK);
    });

    it("hears a wallet that calls back, or floods its answer, no louder than others", async () => {
      const signer = await world.home.viem.deployContract("HostileSigner");
      const { one, some } = await withBuyer(signer.address, trade);
      const { abi } = world.coordinator;
      const data = encodeFunctionData({ abi, functionName: "cancel", args: [one.terms, some] });
      const refusal = encodeErrorResult({ abi, errorName: "SettlementCoordinator_Reentrancy" });
      await signer.write.reenter([world.coordinator.address, data, refusal]);
      await signer.write.flood([1_000_000n]);
      const names = await eventNames(world.home, world.coordinator, await cancel(some, one));
      expect(names).to.deep.equal(["StateTransition", "VerdictTaken"]);
    });
  });
});
