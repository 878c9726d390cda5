import { expect } from "chai";
import { type Address, encodeFunctionData, zeroHash } from "viem";
import { ROLES } from "./support/chain.ts";
import { attest } from "./support/compliance.ts";
import { consentsOf } from "./support/consents.ts";
import { deployPermit2, PERMIT2 } from "./support/permit2.ts";
import { expectRevert, revertOf } from "./support/revert.ts";
import { DEPOSIT_KIND, deployRouter, type SignedDeposit, signedAttestation, signedDeposit } from "./support/router.ts";
import { balanceOf, open } from "./support/settle.ts";
import { buildTrade, KIND, LEG, STATE, STATUS, type Trade, VERDICT } from "./support/terms.ts";
import { eventNames, legOf, openingOf, vary, varyLeg } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

const BOND = 10n ** 18n;
const CASH = 5_000_000n;
const { PERMIT2: BY_PERMIT2, ERC3009: BY_ERC3009 } = DEPOSIT_KIND;

describe("SettlementRouter", function () {
  this.timeout(60_000);
  let world: World;
  let router: Awaited<ReturnType<typeof deployRouter>>;
  let bond: Address;
  let cash: Address;
  let trade: Trade;
  let statement: Awaited<ReturnType<typeof signedAttestation>>;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openWorld();
    await deployPermit2(world.home);
    router = await deployRouter(world);
    const tokens = [];
    for (const owner of [ROLES.seller, ROLES.buyer]) {
      const token = await world.home.viem.deployContract("AuthorizationToken");
      for (const role of [ROLES.seller, ROLES.buyer]) await token.write.mint([world.home.address(role), 10n * BOND]);
      await token.write.approve([PERMIT2, 2n ** 256n - 1n], { account: world.home.address(owner) });
      tokens.push(token.address);
    }
    [bond, cash] = tokens as [Address, Address];
    trade = await tradeOf();
    statement = await signedAttestation(world, trade);
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  const tradeOf = () =>
    buildTrade(world, {
      legs: [
        { chain: world.home, token: bond, amount: BOND, from: 0, to: 1 },
        { chain: world.home, token: cash, amount: CASH, from: 1, to: 0 },
      ],
      accounts: [ROLES.seller, ROLES.buyer],
    });
  const depositsOf = (one = trade, kinds: readonly number[] = [BY_PERMIT2, BY_PERMIT2]) =>
    Promise.all(kinds.map((kind, index) => signedDeposit(world, one, index, kind)));
  const relayer = () => ({ account: world.home.address(ROLES.relayer) });
  const settle = async (deposits: readonly SignedDeposit[], one = trade, attestations = [statement]) =>
    router.write.settle([one.terms, attestations, deposits], relayer());
  const record = (one = trade) => world.coordinator.read.stateOf([one.id]);
  const depositAlone = (one: SignedDeposit, of = trade) => {
    const head = [of.terms, BigInt(one.legIndex), one.secret, one.openings, one.wallet] as const;
    const { write } = world.escrow.home;
    return one.kind === BY_PERMIT2
      ? write.depositLegWithPermit2([...head, one.nonce, one.deadline, one.signature])
      : write.depositLegWithAuthorization([...head, one.validAfter, one.deadline, one.signature]);
  };
  async function balances() {
    const owners = [ROLES.seller, ROLES.buyer].map((role) => world.home.address(role));
    const all = [...owners, world.addresses.escrow, router.address];
    return Promise.all([bond, cash].flatMap((token) => all.map((owner) => balanceOf(world.home, token, owner))));
  }
  const START = [10n * BOND, 10n * BOND, 0n, 0n, 10n * BOND, 10n * BOND, 0n, 0n];
  const PAID = [9n * BOND, 11n * BOND, 0n, 0n, 10n * BOND + CASH, 10n * BOND - CASH, 0n, 0n];
  async function expectSettled(one = trade) {
    expect(await record(one)).to.deep.include({ state: STATE.FINALIZED, verdict: VERDICT.EXECUTE });
    expect(await balances()).to.deep.equal(PAID);
  }
  async function expectUntouched(one = trade) {
    expect(await record(one)).to.deep.include({ created: false, verdict: VERDICT.NONE });
    expect(await balances()).to.deep.equal(START);
  }

  describe("open", () => {
    const call = (one = trade, attestations = [statement]) =>
      router.write.open([one.terms, attestations], { account: world.home.address(ROLES.stranger) });

    it("creates, attests and advances to where deposits are awaited", async () => {
      const { result } = await router.simulate.open([trade.terms, [statement]]);
      expect(result).to.equal(trade.id);
      expect(await eventNames(world.home, world.coordinator, await call())).to.deep.equal([
        "SettlementCreated",
        "StateTransition",
        "StateTransition",
        "StateTransition",
      ]);
      expect((await record()).state).to.equal(STATE.AWAITING_DEPOSITS);
    });

    it("carries several attesters' words", async () => {
      const attesters = [ROLES.attester, ROLES.attester2].map((role) => world.home.address(role));
      attesters.sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
      const strict = await vary(world, trade, { attesters, threshold: 2 });
      const words = [ROLES.attester, ROLES.attester2].map((role) => signedAttestation(world, strict, {}, role));
      await call(strict, await Promise.all(words));
      expect((await record(strict)).state).to.equal(STATE.AWAITING_DEPOSITS);
    });

    it("goes as far as it can: without a statement, to the check", async () => {
      await call(trade, []);
      expect((await record()).state).to.equal(STATE.COMPLIANCE_CHECKING);
      await call();
      expect((await record()).state).to.equal(STATE.AWAITING_DEPOSITS);
      expect(await eventNames(world.home, world.coordinator, await call())).to.deep.equal([]);
    });

    it("carries a veto as well", async () => {
      const veto = await signedAttestation(world, trade, { statuses: trade.terms.parties.map(() => STATUS.FAIL) });
      await call(trade, [veto]);
      expect((await record()).state).to.equal(STATE.ROLLED_BACK);
    });
  });

  describe("settle", () => {
    for (const kinds of [
      [BY_PERMIT2, BY_PERMIT2],
      [BY_ERC3009, BY_ERC3009],
      [BY_PERMIT2, BY_ERC3009],
    ]) {
      it(`does it all in one transaction, deposits of kinds ${kinds.join(" and ")}`, async () => {
        const deposits = await depositsOf(trade, kinds);
        const { result } = await router.simulate.settle([trade.terms, [statement], deposits]);
        expect(result).to.equal(trade.id);
        await settle(deposits);
        await expectSettled();
      });
    }

    it("reveals a recipient that pays nothing", async () => {
      const three = await buildTrade(world, {
        legs: [
          { chain: world.home, token: bond, amount: BOND, from: 0, to: 2 },
          { chain: world.home, token: cash, amount: CASH, from: 1, to: 0 },
        ],
        accounts: [ROLES.seller, ROLES.buyer, ROLES.buyer],
      });
      const openings = [openingOf(three, 2)];
      const deposits = [
        await signedDeposit(world, three, 0, BY_PERMIT2),
        await signedDeposit(world, three, 1, BY_PERMIT2, { openings }),
      ];
      await settle(deposits, three, [await signedAttestation(world, three)]);
      await expectSettled(three);
    });

    it("has nothing and may do nothing: what is signed goes by the escrow alone", async () => {
      const deposits = await depositsOf();
      await settle(deposits);
      for (const token of [bond, cash]) {
        const contract = await world.home.viem.getContractAt("AuthorizationToken", token);
        for (const role of [ROLES.seller, ROLES.buyer]) {
          expect(await contract.read.allowance([world.home.address(role), router.address])).to.equal(0n);
        }
      }
      for (let slot = 0n; slot < 4n; slot += 1n) {
        const word = await world.home.client.getStorageAt({ address: router.address, slot: `0x${slot.toString(16)}` });
        expect(word).to.equal(zeroHash);
      }
    });

    it("takes no value", async () => {
      const { abi } = router;
      const deposits = await depositsOf();
      for (const data of [
        encodeFunctionData({ abi, functionName: "settle", args: [trade.terms, [statement], deposits] }),
        encodeFunctionData({ abi, functionName: "open", args: [trade.terms, [statement]] }),
      ]) {
        const send = (value: bigint) => world.home.client.call({ to: router.address, data, value, ...relayer() });
        await send(0n);
        const refused = await send(1n).then(
          () => false,
          () => true,
        );
        expect(refused).to.equal(true);
      }
    });
  });

  describe("is not hurt by who runs ahead with", () => {
    let deposits: SignedDeposit[];
    before(async () => {
      deposits = await depositsOf(trade, [BY_PERMIT2, BY_ERC3009]);
    });
    const first = () => deposits[0] as SignedDeposit;
    const second = () => deposits[1] as SignedDeposit;
    const create = () => world.coordinator.write.createSettlement([trade.terms]);
    const ahead: [what: string, run: () => Promise<unknown>][] = [
      ["the creation", create],
      ["the statement", () => attest(world, trade)],
      ["a later statement", () => attest(world, trade, { sequence: 2n })],
      ["all of the opening", () => open(world, trade)],
      ["the first deposit", () => depositAlone(first())],
      ["the second deposit", () => depositAlone(second())],
      [
        "both deposits, before the settlement was created",
        async () => {
          await depositAlone(first());
          await depositAlone(second());
        },
      ],
      [
        "both deposits after creation, before the statement",
        async () => {
          await create();
          await depositAlone(second());
          await depositAlone(first());
        },
      ],
      [
        "a deposit and a reveal",
        async () => {
          await depositAlone(first());
          await world.escrow.home.write.reveal([trade.terms, [openingOf(trade, 1)]]);
        },
      ],
      ["the very same call", () => settle(deposits)],
    ];
    for (const [what, run] of ahead) {
      it(what, async () => {
        await run();
        await settle(deposits);
        await expectSettled();
      });
    }
  });

  describe("valid call, one thing broken:", () => {
    const notFinalized = async (call: Promise<unknown>, kind: number, one = trade) => {
      await expectRevert(call, "SettlementRouter_NotFinalized", [one.id, kind]);
      await expectUntouched(one);
    };

    it("a deposit is missing", async () => {
      for (const index of [0, 1])
        await notFinalized(settle([await signedDeposit(world, trade, index, 0)]), KIND.DEPOSIT);
    });

    it("a statement is missing, doubtful, or a veto", async () => {
      const deposits = await depositsOf();
      await notFinalized(settle(deposits, trade, []), KIND.ACTIVE);
      const parties = trade.terms.parties;
      const word = (status: number) => signedAttestation(world, trade, { statuses: parties.map(() => status) });
      await notFinalized(settle(deposits, trade, [await word(STATUS.FLAGGED)]), KIND.ACTIVE);
      await notFinalized(settle(deposits, trade, [await word(STATUS.FAIL)]), KIND.FAILED);
    });

    it("a deposit is signed by another", async () => {
      const [, buyer] = await depositsOf();
      const forged = await signedDeposit(world, trade, 0, BY_PERMIT2, { signer: ROLES.stranger });
      expect((await revertOf(settle([forged, buyer as SignedDeposit]))).name).to.match(/^KeystoneEscrow_/);
      await expectUntouched();
    });

    it("a statement is signed by another", async () => {
      const forged = await signedAttestation(world, trade, {}, ROLES.stranger);
      const call = settle(await depositsOf(), trade, [{ ...forged, attester: world.home.address(ROLES.attester) }]);
      await expectRevert(call, "ComplianceRegistry_InvalidSignature", [world.home.address(ROLES.attester)]);
      await expectUntouched();
    });

    it("a leg lies on another chain", async () => {
      const cross = await varyLeg(world, trade, 1, { chainId: BigInt(world.away.chainId) });
      const call = settle([await signedDeposit(world, cross, 0, BY_PERMIT2)], cross, [
        await signedAttestation(world, cross),
      ]);
      await notFinalized(call, KIND.DEPOSIT, cross);
    });

    it("the terms are another deployment's", async () => {
      const stranger = world.home.address(ROLES.stranger);
      const foreign = await vary(world, trade, { coordinator: stranger });
      const { chainId } = trade.terms;
      await expectRevert(settle([], foreign), "Terms_ForeignCoordinator", [chainId, stranger]);
      const elsewhere = await varyLeg(world, trade, 0, { escrow: stranger });
      await expectRevert(settle([], elsewhere), "Terms_ForeignEscrow", [0n, stranger]);
    });

    it("the settlement was rolled back before", async () => {
      await world.coordinator.write.createSettlement([trade.terms]);
      const validUntil = (await world.home.helpers.time.latest()) + 600;
      await world.coordinator.write.cancel([trade.terms, await consentsOf(world.home, trade, validUntil)]);
      await expectRevert(settle(await depositsOf()), "KeystoneEscrow_AlreadyDecided", [trade.id]);
      await expectRevert(settle([]), "SettlementRouter_NotFinalized", [trade.id, KIND.FAILED]);
    });

    it("a payout fails: nothing is kept, neither creation nor deposit", async () => {
      const blocked = await world.home.viem.deployContract("BlocklistToken");
      await blocked.write.mint([world.home.address(ROLES.seller), BOND]);
      await blocked.write.approve([PERMIT2, BOND], { account: world.home.address(ROLES.seller) });
      const one = await varyLeg(world, trade, 0, { token: blocked.address });
      await blocked.write.setBlocked([world.home.address(ROLES.buyer), true]);
      const deposits = await depositsOf(one);
      const call = settle(deposits, one, [await signedAttestation(world, one)]);
      await notFinalized(call, KIND.DEPOSIT, one);
      expect(await world.escrow.home.read.legStatus([one.id, 0n])).to.equal(LEG.EMPTY);
      expect(await balanceOf(world.home, legOf(one, 0).token, world.home.address(ROLES.seller))).to.equal(BOND);
    });
  });
});
