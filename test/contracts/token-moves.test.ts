import { expect } from "chai";
import { type Address, type Hash, type Hex, parseEventLogs, zeroAddress } from "viem";
import { type Asset, assetOf, type Holding, openHolding, PARTITION, STANDARD, STANDARDS } from "./support/assets.ts";
import { type Chain, COORDINATOR_CHAIN, openChain, ROLES } from "./support/chain.ts";
import { decodeRevert } from "./support/revert.ts";

const RECIPIENT = { ACCEPT: 0, REFUSE: 1, WRONG_WORD: 2, SEND_BACK: 3, CALL: 4 } as const;
const MULTI = { HONEST: 0, OTHER_VALUES: 1, NO_HOOK: 2, BATCH_HOOK: 3, TAKES_MORE: 4 } as const;
const AMOUNT = 100n;

describe("TokenLib: moving and counting", function () {
  this.timeout(60_000);
  let chain: Chain;
  let harness: Awaited<ReturnType<typeof deployHarness>>;
  let seller: Address;
  let buyer: Address;

  const deployHarness = () => chain.viem.deployContract("TokenHarness");

  before(async () => {
    chain = await openChain(COORDINATOR_CHAIN);
    harness = await deployHarness();
    [seller, buyer] = [chain.address(ROLES.seller), chain.address(ROLES.buyer)];
  });

  async function outcome(hash: Hash) {
    const { logs } = await chain.client.waitForTransactionReceipt({ hash });
    const [event] = parseEventLogs({ abi: harness.abi, logs });
    return event?.args as { ok: boolean; received?: bigint; reason: Hex };
  }
  const pull = async (asset: Asset, amount: bigint) => outcome(await harness.write.pull([asset, seller, amount]));
  const push = async (asset: Asset, to: Address, amount: bigint) =>
    outcome(await harness.write.push([asset, to, amount]));
  const counted = (asset: Asset) => harness.read.balanceOf([asset, harness.address]);

  /** The seller's holding of this standard, which the library may pull. */
  async function prepare(standard: (typeof STANDARDS)[number], amount: bigint): Promise<Holding> {
    const holding = await openHolding(chain, standard);
    for (const account of [seller, buyer, harness.address]) await holding.admit(account);
    await holding.give(seller, amount);
    await holding.allow(ROLES.seller, harness.address, amount);
    return holding;
  }

  for (const standard of STANDARDS) {
    const all = standard === "ERC721" ? 1n : AMOUNT;
    const part = standard === "ERC721" ? 1n : 60n;

    it(`${standard} is pulled, counted and pushed`, async () => {
      const { asset, held } = await prepare(standard, all);
      expect(await counted(asset)).to.deep.equal([true, 0n]);
      expect(await pull(asset, all)).to.deep.equal({ ok: true, received: all, reason: "0x" });
      expect(await counted(asset)).to.deep.equal([true, all]);
      expect(await push(asset, buyer, part)).to.deep.equal({ ok: true, reason: "0x" });
      expect([await held(harness.address), await held(buyer)]).to.deep.equal([all - part, part]);
    });

    it(`${standard} is not pulled without leave, and the reason is the token's`, async () => {
      const holding = await openHolding(chain, standard);
      for (const account of [seller, harness.address]) await holding.admit(account);
      await holding.give(seller, all);
      const { ok, received, reason } = await pull(holding.asset, all);
      expect([ok, received]).to.deep.equal([false, 0n]);
      expect(reason).to.not.equal("0x");
      expect(await holding.held(seller)).to.equal(all);
    });

    it(`${standard} is not pushed beyond what is there`, async () => {
      const { asset } = await prepare(standard, all);
      expect((await push(asset, buyer, all)).ok).to.equal(false);
    });
  }

  it("counts one id and one partition, not another", async () => {
    const multi = await prepare("ERC1155", AMOUNT);
    await pull(multi.asset, AMOUNT);
    expect(await counted({ ...multi.asset, tokenId: 8n })).to.deep.equal([true, 0n]);
    const partitioned = await prepare("ERC1400", AMOUNT);
    await pull(partitioned.asset, AMOUNT);
    expect(await counted({ ...partitioned.asset, partition: `0x${"01".repeat(32)}` })).to.deep.equal([true, 0n]);
  });

  it("pushes nothing by asking nobody", async () => {
    const nobody = { token: zeroAddress, standard: STANDARD.ERC1400, tokenId: 0n, partition: PARTITION };
    expect(await push(nobody, buyer, 0n)).to.deep.equal({ ok: true, reason: "0x" });
  });

  describe("an ERC-721 token", () => {
    it("that only pretends to move has not moved, in or out", async () => {
      const token = await chain.viem.deployContract("HostileNft");
      const asset = assetOf(token, "ERC721");
      await token.write.mint([seller, asset.tokenId]);
      await token.write.approve([harness.address, asset.tokenId], { account: seller });
      await token.write.deceive([true, false]);
      expect(await pull(asset, 1n)).to.deep.include({ ok: true, received: 0n });
      await token.write.deceive([false, false]);
      expect(await pull(asset, 1n)).to.deep.include({ ok: true, received: 1n });
      await token.write.deceive([true, false]);
      expect((await push(asset, buyer, 1n)).ok).to.equal(false);
      await token.write.deceive([false, false]);
      expect((await push(asset, buyer, 1n)).ok).to.equal(true);
    });

    it("that was elsewhere already has not been sent", async () => {
      const token = await chain.viem.deployContract("HostileNft");
      const asset = assetOf(token, "ERC721");
      await token.write.mint([buyer, asset.tokenId]);
      await token.write.deceive([true, false]);
      expect((await push(asset, buyer, 1n)).ok).to.equal(false);
    });

    it("that hides its owner is not counted, so neither way succeeds", async () => {
      const token = await chain.viem.deployContract("HostileNft");
      const asset = assetOf(token, "ERC721");
      await token.write.mint([seller, asset.tokenId]);
      await token.write.approve([harness.address, asset.tokenId], { account: seller });
      await token.write.deceive([false, true]);
      expect(await counted(asset)).to.deep.equal([false, 0n]);
      expect((await pull(asset, 1n)).ok).to.equal(false);
      expect((await push(asset, buyer, 1n)).ok).to.equal(false);
    });
  });

  describe("an ERC-1155 token", () => {
    async function hostile() {
      const token = await chain.viem.deployContract("HostileMulti");
      const asset = assetOf(token, "ERC1155");
      await token.write.mint([seller, asset.tokenId, AMOUNT]);
      await token.write.setApprovalForAll([harness.address, true], { account: seller });
      return { token, asset };
    }

    it("is judged by its balances, whatever it tells the hook", async () => {
      for (const mode of [MULTI.OTHER_VALUES, MULTI.NO_HOOK, MULTI.BATCH_HOOK]) {
        const { token, asset } = await hostile();
        await token.write.behave([mode]);
        expect(await pull(asset, AMOUNT)).to.deep.equal({ ok: true, received: AMOUNT, reason: "0x" });
      }
    });

    it("that takes more than it sends is caught: other deposits would pay it", async () => {
      const { token, asset } = await hostile();
      await pull(asset, AMOUNT);
      await token.write.behave([MULTI.TAKES_MORE]);
      expect((await push(asset, buyer, 60n)).ok).to.equal(false);
    });

    it("goes to a contract that accepts, and to no other", async () => {
      const { asset } = await hostile();
      await pull(asset, AMOUNT);
      const recipient = await chain.viem.deployContract("MultiRecipient");
      for (const [answer, ok] of [
        [RECIPIENT.REFUSE, false],
        [RECIPIENT.WRONG_WORD, false],
        [RECIPIENT.ACCEPT, true],
      ] as const) {
        await recipient.write.behave([answer, zeroAddress, "0x"]);
        expect((await push(asset, recipient.address, 10n)).ok).to.equal(ok);
      }
      expect(await counted(asset)).to.deep.equal([true, AMOUNT - 10n]);
      const contractWithoutHook = await chain.viem.deployContract("MintableToken");
      expect((await push(asset, contractWithoutHook.address, 10n)).ok).to.equal(false);
    });

    it("is paid also when the recipient gives it back at once", async () => {
      const { asset } = await hostile();
      await pull(asset, AMOUNT);
      const recipient = await chain.viem.deployContract("MultiRecipient");
      await recipient.write.behave([RECIPIENT.SEND_BACK, zeroAddress, "0x"]);
      expect((await push(asset, recipient.address, 10n)).ok).to.equal(true);
      expect(await counted(asset)).to.deep.equal([true, AMOUNT]);
    });

    it("names the recipient's reason", async () => {
      const { asset } = await hostile();
      await pull(asset, AMOUNT);
      const recipient = await chain.viem.deployContract("MultiRecipient");
      await recipient.write.behave([RECIPIENT.REFUSE, zeroAddress, "0x"]);
      const { reason } = await push(asset, recipient.address, 10n);
      expect((await decodeRevert(reason)).name).to.equal("MultiRecipient_Refused");
    });
  });

  describe("an ERC-1400 token", () => {
    it("that comes to another partition than the agreed one has not been delivered", async () => {
      const token = await chain.viem.deployContract("WanderingToken");
      const asset = assetOf(token, "ERC1400");
      await token.write.issueByPartition([PARTITION, seller, AMOUNT]);
      await token.write.authorizeOperatorByPartition([PARTITION, harness.address], { account: seller });
      await pull(asset, AMOUNT);
      await token.write.wander([`0x${"02".repeat(32)}`, false]);
      expect((await push(asset, buyer, 10n)).ok).to.equal(false);
      await token.write.wander([`0x${"00".repeat(32)}`, false]);
      expect((await push(asset, buyer, 10n)).ok).to.equal(true);
    });
  });

  it("copies no more of an answer than it needs", async () => {
    const token = await chain.viem.deployContract("HugeReturnToken");
    const asset = assetOf(token, "ERC20");
    await token.write.mint([seller, AMOUNT]);
    await token.write.approve([harness.address, AMOUNT], { account: seller });
    const gas = await harness.estimateGas.pull([asset, seller, 1n]);
    await token.write.answer([2, 200_000n]);
    const made = await chain.client.estimateContractGas({
      address: token.address,
      abi: token.abi,
      functionName: "transfer",
      args: [buyer, 0n],
      account: seller,
    });
    // Making 200,000 bytes costs 80,000; copying them would cost as much again.
    expect(Number((await harness.estimateGas.pull([asset, seller, 1n])) - gas)).to.be.lessThan(Number(made) + 40_000);
  });
});
