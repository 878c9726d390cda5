import { expect } from "chai";
import { type Address, encodeFunctionData, getAddress, type Hex, zeroHash } from "viem";
import { ROLES } from "./support/chain.ts";
import { deployPermit2, PERMIT2, PERMIT2_ABI } from "./support/permit2.ts";
import { decodeRevert, expectRevert } from "./support/revert.ts";
import { balanceOf, deposit, open } from "./support/settle.ts";
import { authorizationTypedData, permit2TypedData, signPermit } from "./support/signing.ts";
import { buildTrade, type Opening, type Trade, VERDICT, walletCommitment } from "./support/terms.ts";
import { eventNames, eventsOf, openingOf, until, vary, varyLeg } from "./support/trades.ts";
import { openWorld, type World } from "./support/world.ts";

const AMOUNT = 5_000_000n;
const FAR = 2n ** 48n;
const MODE = { HONEST: 0, MOVES_NOTHING: 1, MOVES_LESS: 2, IGNORES_PERMITS: 3 } as const;

describe("KeystoneEscrow: authorized deposits", function () {
  this.timeout(60_000);
  let world: World;
  let trade: Trade;
  let token: Awaited<ReturnType<typeof deployToken>>;
  let restore: () => Promise<void>;

  const deployToken = () => world.home.viem.deployContract("AuthorizationToken");
  const cash = (accounts: readonly number[] = [ROLES.seller, ROLES.buyer]) =>
    buildTrade(world, {
      legs: [
        { chain: world.home, token: world.side.home.bond, amount: 10n ** 18n, from: 0, to: 1 },
        { chain: world.home, token: token.address, amount: AMOUNT, from: 1, to: 0 },
      ],
      accounts,
    });
  const record = async (one = trade) => (await world.escrow.home.read.stateOf([one.id])).deposited;
  const relayer = () => world.home.address(ROLES.relayer);
  const buyer = () => world.home.address(ROLES.buyer);

  before(async () => {
    world = await openWorld();
    await deployPermit2(world.home);
    token = await deployToken();
    await token.write.mint([buyer(), 10n * AMOUNT]);
    await token.write.approve([PERMIT2, 2n ** 256n - 1n], { account: buyer() });
    trade = await cash();
    restore = await world.snapshot();
  });
  afterEach(() => restore());

  /** A trade whose payer of leg 1 is a contract wallet of the buyer's key. */
  async function contractPayer(): Promise<{ one: Trade; opening: Opening }> {
    const wallet = await world.home.viem.deployContract("ContractWallet", [buyer()]);
    await token.write.mint([wallet.address, AMOUNT]);
    const approval = encodeFunctionData({ abi: token.abi, functionName: "approve", args: [PERMIT2, AMOUNT] });
    await wallet.write.execute([token.address, 0n, approval], { account: buyer() });
    const opening = { ...openingOf(trade, 1), wallet: getAddress(wallet.address) };
    const parties = [...trade.terms.parties];
    parties[3] = walletCommitment(opening.secret, wallet.address);
    return { one: await vary(world, trade, { parties }), opening };
  }

  async function expectDeposited(hash: Hex, one: Trade, depositor: Address): Promise<void> {
    const events = await eventsOf(world.home, world.escrow.home, hash);
    const [deposited] = events.filter(({ eventName }) => String(eventName) === "LegDeposited");
    expect(deposited?.args).to.deep.include({ legIndex: 1, depositor, amount: AMOUNT });
    expect(await balanceOf(world.home, token.address, world.addresses.escrow)).to.equal(AMOUNT);
    expect(await record(one)).to.equal(2);
  }

  describe("by Permit2", () => {
    interface Options {
      signer?: number;
      wallet?: Address;
      opening?: Opening;
      leg?: bigint;
      openings?: readonly Opening[];
      deadline?: bigint;
      changes?: Parameters<typeof permit2TypedData>[3];
      value?: bigint;
      signed?: Trade;
    }
    async function send(one: Trade, options: Options = {}): Promise<Hex> {
      const { signer = ROLES.buyer, opening = openingOf(one, 1), leg = 1n, openings = [], deadline = FAR } = options;
      const { wallet = opening.wallet, value = 0n, signed = one } = options;
      const data = permit2TypedData(signed, 1, { nonce: 7n, deadline }, options.changes);
      const signature = await world.home.account(signer).signTypedData(data);
      const args = [one.terms, leg, opening.secret, openings, wallet, 7n, deadline, signature] as const;
      return world.escrow.home.write.depositLegWithPermit2(args, { account: relayer(), value });
    }

    it("takes exactly the leg from the wallet that signed, whoever sends", async () => {
      await expectDeposited(await send(trade), trade, buyer());
      const used = await world.home.client.readContract({
        address: PERMIT2,
        abi: PERMIT2_ABI,
        functionName: "nonceBitmap",
        args: [buyer(), 0n],
      });
      expect(used).to.equal(1n << 7n);
    });

    it("takes a contract wallet's ERC-1271 signature", async () => {
      const { one, opening } = await contractPayer();
      await expectDeposited(await send(one, { opening }), one, opening.wallet);
    });

    it("completes the lock, the verdict and the payouts like any deposit, and returns unused value", async () => {
      await open(world, trade);
      await deposit(world, trade, 0);
      const before = await world.home.client.getBalance({ address: relayer() });
      const names = await eventNames(world.home, world.escrow.home, await send(trade, { value: 10n ** 18n }));
      expect(names).to.include.members(["LegDeposited", "LegsLocked", "LegReleased"]);
      expect(await world.escrow.home.read.verdictOf([trade.id])).to.equal(VERDICT.EXECUTE);
      expect(before - (await world.home.client.getBalance({ address: relayer() })) < 10n ** 17n).to.equal(true);
      expect(await world.home.client.getBalance({ address: world.addresses.escrow })).to.equal(0n);
    });

    it("returns unused value, and counts openings, where the other leg is still missing", async () => {
      await send(trade, { value: 10n ** 18n, openings: [openingOf(trade, 0)] });
      expect(await world.home.client.getBalance({ address: world.addresses.escrow })).to.equal(0n);
      const { partyIndex, wallet } = openingOf(trade, 0);
      expect(await world.escrow.home.read.walletOf([trade.id, BigInt(partyIndex)])).to.equal(wallet);
    });

    it("returns unused value where it has nothing to open either", async () => {
      await send(trade, { value: 10n ** 18n });
      expect(await world.home.client.getBalance({ address: world.addresses.escrow })).to.equal(0n);
    });

    it("made again is a no-op whose openings count, and takes nothing", async () => {
      await send(trade);
      const names = await eventNames(
        world.home,
        world.escrow.home,
        await send(trade, { openings: [openingOf(trade, 0)] }),
      );
      expect(names).to.deep.equal(["RecipientRevealed"]);
      expect(await balanceOf(world.home, token.address, world.addresses.escrow)).to.equal(AMOUNT);
    });

    const broken: [what: string, () => Promise<unknown>][] = [
      ["the signature is a stranger's", () => send(trade, { signer: ROLES.stranger })],
      ["it was signed for another settlement", async () => send(trade, { signed: await cash() })],
      ["it was signed for another leg", () => send(trade, { changes: { witness: { legIndex: 0 } } })],
      [
        "it was signed for another amount",
        () => send(trade, { changes: { message: { permitted: { token: token.address, amount: AMOUNT - 1n } } } }),
      ],
      [
        "it was signed for another token",
        () => send(trade, { changes: { message: { permitted: { token: world.side.home.cash, amount: AMOUNT } } } }),
      ],
      ["it was signed for another spender", () => send(trade, { changes: { message: { spender: buyer() } } })],
      ["it is past its deadline", () => send(trade, { deadline: 1n })],
      [
        "the nonce is used",
        async () => {
          const account = world.home.account(ROLES.buyer);
          const args = [0n, 1n << 7n] as const;
          await account.writeContract({
            address: PERMIT2,
            abi: PERMIT2_ABI,
            functionName: "invalidateUnorderedNonces",
            args,
          });
          return send(trade);
        },
      ],
    ];
    for (const [what, call] of broken) {
      it(`valid call, one thing broken: ${what}`, async () => {
        await expectRevert(call(), "KeystoneEscrow_TransferFailed");
        expect(await record()).to.equal(0);
        expect(await balanceOf(world.home, token.address, world.addresses.escrow)).to.equal(0n);
      });
    }

    it("valid call, one thing broken: the wallet is not the committed one", async () => {
      const stranger = world.home.address(ROLES.stranger);
      await expectRevert(send(trade, { wallet: stranger }), "KeystoneEscrow_WrongOpening", [3n, stranger]);
    });

    it("valid call, one thing broken: the payer is the escrow itself", async () => {
      const { escrow } = world.addresses;
      const parties = [...trade.terms.parties];
      parties[3] = walletCommitment(openingOf(trade, 1).secret, escrow);
      const one = await vary(world, trade, { parties });
      await expectRevert(send(one, { wallet: escrow }), "KeystoneEscrow_InvalidRecipient", [3n, escrow]);
    });

    it("valid call, one thing broken: there is no Permit2 on this chain", async () => {
      await world.home.helpers.setCode(PERMIT2, "0x");
      await expectRevert(send(trade), "KeystoneEscrow_WrongAmountReceived", [AMOUNT, 0n]);
    });

    it("valid call, one thing broken: the token keeps a fee", async () => {
      const taxed = await world.home.viem.deployContract("FeeOnTransferToken");
      await taxed.write.mint([buyer(), AMOUNT]);
      await taxed.write.approve([PERMIT2, AMOUNT], { account: buyer() });
      const one = await varyLeg(world, trade, 1, { token: taxed.address });
      await expectRevert(send(one), "KeystoneEscrow_WrongAmountReceived");
    });

    it("valid call, one thing broken: the leg is not of a fungible token", async () => {
      for (const standard of [1, 2, 4]) {
        const one = await varyLeg(world, trade, 1, { standard });
        await expectRevert(send(one), "KeystoneEscrow_StandardNotSupported", [standard]);
      }
    });
  });

  describe("by ERC-3009", () => {
    interface Options {
      signer?: number;
      wallet?: Address;
      nonceOf?: Trade;
      nonceLeg?: bigint;
      validAfter?: bigint;
      validBefore?: bigint;
      changes?: Parameters<typeof authorizationTypedData>[3];
      mangle?: (signature: Hex) => Hex;
    }
    async function send(one: Trade, options: Options = {}): Promise<Hex> {
      const { signer = ROLES.buyer, nonceOf = one, nonceLeg = 1n, validAfter = 0n, validBefore = FAR } = options;
      const { secret, wallet: from } = openingOf(one, 1);
      const { wallet = from, mangle = (signature) => signature } = options;
      const nonce = await world.escrow.home.read.authorizationNonce([nonceOf.id, nonceLeg]);
      const message = { from: wallet, validAfter, validBefore, nonce };
      const data = authorizationTypedData(one, 1, message, options.changes);
      const signature = mangle(await world.home.account(signer).signTypedData(data));
      const args = [one.terms, 1n, secret, [], wallet, validAfter, validBefore, signature] as const;
      return world.escrow.home.write.depositLegWithAuthorization(args, { account: relayer() });
    }

    it("takes exactly the leg from the wallet that signed, whoever sends", async () => {
      await expectDeposited(await send(trade), trade, buyer());
      const nonce = await world.escrow.home.read.authorizationNonce([trade.id, 1n]);
      expect(await token.read.authorizationState([buyer(), nonce])).to.equal(true);
    });

    it("made again is a no-op, after a refund too", async () => {
      await send(trade);
      expect(await eventNames(world.home, world.escrow.home, await send(trade))).to.deep.equal([]);
      await until(world.home, trade.terms.depositDeadline);
      await world.escrow.home.write.refundExpired([trade.terms]);
      const before = await token.read.balanceOf([buyer()]);
      expect(await eventNames(world.home, world.escrow.home, await send(trade))).to.deep.equal([]);
      expect(await token.read.balanceOf([buyer()])).to.equal(before);
    });

    const broken: [what: string, () => Promise<unknown>][] = [
      ["the signature is a stranger's", () => send(trade, { signer: ROLES.stranger })],
      ["its nonce is another settlement's", async () => send(trade, { nonceOf: await cash() })],
      ["its nonce is another leg's", () => send(trade, { nonceLeg: 0n })],
      ["it was signed for another amount", () => send(trade, { changes: { message: { value: AMOUNT + 1n } } })],
      ["it was signed for another payee", () => send(trade, { changes: { message: { to: buyer() } } })],
      ["it is not yet valid", () => send(trade, { validAfter: FAR - 1n })],
      ["it is not valid any more", () => send(trade, { validBefore: 1n })],
    ];
    for (const [what, call] of broken) {
      it(`valid call, one thing broken: ${what}`, async () => {
        await expectRevert(call(), "KeystoneEscrow_TransferFailed");
        expect(await record()).to.equal(0);
      });
    }

    it("valid call, one thing broken: the wallet is not the committed one", async () => {
      const stranger = world.home.address(ROLES.stranger);
      await expectRevert(send(trade, { wallet: stranger, signer: ROLES.stranger }), "KeystoneEscrow_WrongOpening");
    });

    it("valid call, one thing broken: the signature has another length", async () => {
      for (const mangle of [(one: Hex): Hex => one.slice(0, -2) as Hex, (one: Hex): Hex => `${one}00`]) {
        await expectRevert(send(trade, { mangle }), "KeystoneEscrow_InvalidSignature", [buyer()]);
      }
    });

    it("valid call, one thing broken: the token accepts and moves nothing, or not all", async () => {
      await token.write.setMode([MODE.MOVES_NOTHING]);
      await expectRevert(send(trade), "KeystoneEscrow_WrongAmountReceived", [AMOUNT, 0n]);
      await token.write.setMode([MODE.MOVES_LESS]);
      await expectRevert(send(trade), "KeystoneEscrow_WrongAmountReceived", [AMOUNT, AMOUNT - 1n]);
    });

    it("valid call, one thing broken: the token has no such function", async () => {
      const plain = await world.home.viem.deployContract("MintableToken");
      const one = await varyLeg(world, trade, 1, { token: plain.address });
      await expectRevert(send(one), "KeystoneEscrow_TransferFailed");
    });

    it("valid call, one thing broken: the leg is not of a fungible token", async () => {
      const one = await varyLeg(world, trade, 1, { standard: 2 });
      await expectRevert(send(one), "KeystoneEscrow_StandardNotSupported", [2]);
    });
  });

  describe("by ERC-2612", () => {
    async function send(one: Trade, options: { owner?: number; account?: Address; value?: bigint } = {}) {
      const { owner = ROLES.buyer, account = buyer() } = options;
      const signed = { owner, deadline: FAR, ...(options.value === undefined ? {} : { value: options.value }) };
      const { v, r, s } = await signPermit(world.home, one, 1, signed);
      const args = [one.terms, 1n, openingOf(one, 1).secret, [], FAR, v, r, s] as const;
      return { args, call: () => world.escrow.home.write.depositLegWithPermit(args, { account }) };
    }

    it("takes the leg from the caller without an approval", async () => {
      const { call } = await send(trade);
      await expectDeposited(await call(), trade, buyer());
    });

    it("is not spoiled by somebody who uses the permit first", async () => {
      const { args, call } = await send(trade);
      const [, , , , deadline, v, r, s] = args;
      const { escrow } = world.addresses;
      await token.write.permit([buyer(), escrow, AMOUNT, deadline, v, r, s], { account: relayer() });
      await expectDeposited(await call(), trade, buyer());
    });

    it("needs no good permit where the allowance suffices", async () => {
      await token.write.approve([world.addresses.escrow, AMOUNT], { account: buyer() });
      const { call } = await send(trade, { owner: ROLES.stranger });
      await expectDeposited(await call(), trade, buyer());
    });

    it("made again is a no-op, whatever has become of the permit", async () => {
      const { call } = await send(trade);
      await call();
      expect(await eventNames(world.home, world.escrow.home, await call())).to.deep.equal([]);
      expect(await balanceOf(world.home, token.address, world.addresses.escrow)).to.equal(AMOUNT);
    });

    it("valid call, one thing broken: the permit is not the caller's, and nothing is approved", async () => {
      const { call } = await send(trade, { owner: ROLES.stranger });
      await expectRevert(call(), "KeystoneEscrow_TransferFailed");
      expect(await record()).to.equal(0);
    });

    it("valid call, one thing broken: the permit is for less", async () => {
      const { call } = await send(trade, { value: AMOUNT - 1n });
      await expectRevert(call(), "KeystoneEscrow_TransferFailed");
    });

    it("valid call, one thing broken: the token accepts any permit and heeds none", async () => {
      await token.write.setMode([MODE.IGNORES_PERMITS]);
      const { call } = await send(trade);
      await expectRevert(call(), "KeystoneEscrow_TransferFailed");
    });

    it("valid call, one thing broken: another than the payer sends it", async () => {
      const { args } = await send(trade);
      const call = world.escrow.home.write.depositLegWithPermit(args, { account: relayer() });
      await expectRevert(call, "KeystoneEscrow_WrongOpening", [3n, relayer()]);
    });

    it("valid call, one thing broken: the leg is not of a fungible token", async () => {
      const one = await varyLeg(world, trade, 1, { standard: 4 });
      const args = [one.terms, 1n, openingOf(one, 1).secret, [], FAR, 27, zeroHash, zeroHash] as const;
      const call = world.escrow.home.write.depositLegWithPermit(args, { account: buyer() });
      await expectRevert(call, "KeystoneEscrow_StandardNotSupported", [4]);
    });
  });

  describe("reentered from the token", () => {
    it("is refused in each of its forms", async () => {
      const hostile = await world.home.viem.deployContract("ReentrantToken");
      await hostile.write.mint([buyer(), AMOUNT]);
      const one = await varyLeg(world, trade, 1, { token: hostile.address });
      const { abi, address } = world.escrow.home;
      const { secret } = openingOf(trade, 1);
      const inner = [
        encodeFunctionData({
          abi,
          functionName: "depositLegWithPermit",
          args: [one.terms, 1n, secret, [], FAR, 27, zeroHash, zeroHash],
        }),
        encodeFunctionData({
          abi,
          functionName: "depositLegWithPermit2",
          args: [one.terms, 1n, secret, [], buyer(), 1n, FAR, "0x"],
        }),
        encodeFunctionData({
          abi,
          functionName: "depositLegWithAuthorization",
          args: [one.terms, 1n, secret, [], buyer(), 0n, FAR, `0x${"00".repeat(65)}`],
        }),
        encodeFunctionData({ abi, functionName: "waive", args: [one.terms, 1n] }),
        encodeFunctionData({ abi, functionName: "waiveBySig", args: [one.terms, 1n, 1, "0x"] }),
        encodeFunctionData({ abi, functionName: "redirect", args: [one.terms, 1n, buyer(), 1, []] }),
      ];
      for (const data of inner) {
        const back = await world.snapshot();
        await hostile.write.arm([address, data]);
        await deposit(world, one, 1);
        expect(await hostile.read.lastOk()).to.equal(false);
        expect((await decodeRevert(await hostile.read.lastReturned())).name).to.equal("KeystoneEscrow_Reentrancy");
        await back();
      }
    });
  });
});
