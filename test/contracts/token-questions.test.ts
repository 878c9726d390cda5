import { expect } from "chai";
import {
  type Abi,
  type Address,
  decodeFunctionResult,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  pad,
  toFunctionSelector,
  zeroHash,
} from "viem";
import { type Asset, assetOf, openHolding, PARTITION, STANDARD, STANDARDS } from "./support/assets.ts";
import { type Chain, COORDINATOR_CHAIN, openChain, ROLES } from "./support/chain.ts";
import { COUNTRY, Trex } from "./support/trex.ts";

const MODE = {
  LACKS: 0,
  ANSWERS: 1,
  REVERTS: 2,
  BURNS_GAS: 3,
  ANSWERS_HUGELY: 4,
  ANSWERS_NOTHING: 5,
  LACKS_LATE: 6,
  NEEDS_GAS: 7,
} as const;
const SELECTOR = {
  supportsInterface: toFunctionSelector("supportsInterface(bytes4)"),
  balanceOfByPartition: toFunctionSelector("balanceOfByPartition(bytes32,address)"),
  identityRegistry: toFunctionSelector("identityRegistry()"),
  compliance: toFunctionSelector("compliance()"),
  paused: toFunctionSelector("paused()"),
  isFrozen: toFunctionSelector("isFrozen(address)"),
  isVerified: toFunctionSelector("isVerified(address)"),
  canTransfer: toFunctionSelector("canTransfer(address,address,uint256)"),
  canTransferByPartition: toFunctionSelector("canTransferByPartition(bytes32,address,uint256,bytes)"),
} as const;
const YES = pad("0x01");
const NO = zeroHash;
const AMOUNT = 100n;

describe("TokenLib: what it asks a token", function () {
  this.timeout(60_000);
  let chain: Chain;
  let harness: Awaited<ReturnType<typeof deployHarness>>;
  let buyer: Address;

  const deployHarness = () => chain.viem.deployContract("TokenHarness");
  const deployScripted = () => chain.viem.deployContract("ScriptedToken");
  type Scripted = Awaited<ReturnType<typeof deployScripted>>;

  before(async () => {
    chain = await openChain(COORDINATOR_CHAIN);
    harness = await deployHarness();
    buyer = chain.address(ROLES.buyer);
  });

  /** The standards, by number, that a token may be taken for. */
  async function classesOf(token: Address): Promise<number[]> {
    const found: number[] = [];
    for (const standard of Object.values(STANDARD)) {
      const asset = { token, standard, tokenId: 0n, partition: zeroHash };
      if (await harness.read.isOfClass([asset])) found.push(standard);
    }
    return found;
  }
  /** One of the harness's answers as a call with exactly this much gas gives it. */
  async function answerWithin(gas: bigint, functionName: "isOfClass" | "canReceive", asset: Asset) {
    const args = functionName === "isOfClass" ? ([asset] as const) : ([asset, buyer, AMOUNT] as const);
    const call = { abi: harness.abi as Abi, functionName, args };
    const { data } = await chain.client.call({ to: harness.address, data: encodeFunctionData(call), gas });
    return decodeFunctionResult({ ...call, data: data ?? "0x" }) as boolean;
  }
  const canReceive = (asset: Asset, amount = AMOUNT) => harness.read.canReceive([asset, buyer, amount]);

  describe("its class", () => {
    for (const standard of STANDARDS) {
      it(`an ${standard} token is taken for that and nothing else`, async () => {
        const { asset } = await openHolding(chain, standard);
        expect(await classesOf(asset.token)).to.deep.equal([asset.standard]);
      });
    }

    it("an account without code is of none", async () => {
      expect(await classesOf(buyer)).to.deep.equal([]);
    });

    it("a token whose answers fit two is of none", async () => {
      const token = await deployScripted();
      expect(await classesOf(token.address)).to.deep.equal([STANDARD.ERC20]);
      // Yes to every interface: ERC-721 and ERC-1155 at once.
      await token.write.script([SELECTOR.supportsInterface, MODE.ANSWERS, YES]);
      expect(await classesOf(token.address)).to.deep.equal([]);
      await token.write.script([SELECTOR.supportsInterface, MODE.ANSWERS, NO]);
      await token.write.script([SELECTOR.balanceOfByPartition, MODE.ANSWERS, NO]);
      expect(await classesOf(token.address)).to.deep.equal([STANDARD.ERC1400]);
      await token.write.script([SELECTOR.identityRegistry, MODE.ANSWERS, pad(buyer)]);
      expect(await classesOf(token.address)).to.deep.equal([STANDARD.ERC1400]);
      await token.write.script([SELECTOR.compliance, MODE.ANSWERS, pad(buyer)]);
      expect(await classesOf(token.address)).to.deep.equal([]);
      await token.write.script([SELECTOR.balanceOfByPartition, MODE.LACKS, "0x"]);
      expect(await classesOf(token.address)).to.deep.equal([STANDARD.ERC3643]);
    });

    for (const [what, mode, data] of [
      ["fails", MODE.REVERTS, YES],
      ["burns its gas", MODE.BURNS_GAS, "0x"],
      ["answers nothing", MODE.ANSWERS_NOTHING, "0x"],
      ["answers less than a word", MODE.ANSWERS, "0x01"],
      ["answers a byte less than a word", MODE.ANSWERS, pad("0x01", { size: 31 })],
    ] as const) {
      it(`a token that ${what} has not answered`, async () => {
        const token = await deployScripted();
        for (const selector of Object.values(SELECTOR)) await token.write.script([selector, mode, data]);
        expect(await classesOf(token.address)).to.deep.equal([STANDARD.ERC20]);
      });
    }

    it("is found with the gas that it is said to need, whatever the token burns before", async () => {
      const token = await deployScripted();
      for (const selector of [SELECTOR.supportsInterface, SELECTOR.balanceOfByPartition]) {
        await token.write.script([selector, MODE.BURNS_GAS, "0x"]);
      }
      for (const selector of [SELECTOR.identityRegistry, SELECTOR.compliance]) {
        await token.write.script([selector, MODE.ANSWERS, pad(buyer)]);
      }
      const asset = assetOf(token, "ERC3643");
      // The transaction's own cost comes on top.
      const gas = (await harness.read.PROBES_GAS()) + 30_000n;
      expect(await answerWithin(gas, "isOfClass", asset)).to.equal(true);
      expect(await answerWithin(gas, "isOfClass", { ...asset, standard: STANDARD.ERC20 })).to.equal(false);
    });

    it("costs no more for an answer of any length", async () => {
      const token = await deployScripted();
      await token.write.script([SELECTOR.balanceOfByPartition, MODE.ANSWERS_HUGELY, YES]);
      // More than a probe has: the token runs out of its share, and has not answered.
      expect(await classesOf(token.address)).to.deep.equal([STANDARD.ERC20]);
    });
  });

  describe("whether somebody can be paid", () => {
    it("is not asked where nothing is to pay, nor of standards that have no way to tell", async () => {
      const token = await deployScripted();
      await token.write.script([SELECTOR.canTransferByPartition, MODE.REVERTS, "0x01"]);
      expect(await canReceive(assetOf(token, "ERC1400"))).to.equal(false);
      expect(await canReceive(assetOf(token, "ERC1400"), 0n)).to.equal(true);
      for (const standard of ["ERC20", "ERC721", "ERC1155"] as const) {
        expect(await canReceive(assetOf(token, standard))).to.equal(true);
      }
    });

    describe("in ERC-1400", () => {
      const status = (code: Hex, partition: Hex = PARTITION) =>
        encodeAbiParameters(
          [{ type: "bytes1" }, { type: "bytes32" }, { type: "bytes32" }],
          [code, zeroHash, partition],
        );

      for (const [code, expected] of [
        ["0x51", true],
        ["0x01", true],
        ["0x11", true],
        ["0x00", false],
        ["0x50", false],
        ["0x52", false],
        ["0x57", false],
        ["0xa0", false],
      ] as const) {
        it(`code ${code} means ${expected ? "yes" : "no"}`, async () => {
          const token = await deployScripted();
          await token.write.script([SELECTOR.canTransferByPartition, MODE.ANSWERS, status(code)]);
          expect(await canReceive(assetOf(token, "ERC1400"))).to.equal(expected);
        });
      }

      it("yes counts only for the agreed partition, and only with all of its three words", async () => {
        const token = await deployScripted();
        const asset = assetOf(token, "ERC1400");
        for (const answer of [status("0x51", `0x${"02".repeat(32)}`), status("0x51").slice(0, 130), YES]) {
          await token.write.script([SELECTOR.canTransferByPartition, MODE.ANSWERS, answer as Hex]);
          expect(await canReceive(asset)).to.equal(false);
        }
      });

      it("is the token's word about this sender, recipient and amount", async () => {
        const holding = await openHolding(chain, "ERC1400");
        const token = await chain.viem.getContractAt("PartitionedToken", holding.asset.token);
        expect(await canReceive(holding.asset)).to.equal(false);
        await holding.give(harness.address, AMOUNT);
        expect(await canReceive(holding.asset)).to.equal(true);
        expect(await canReceive(holding.asset, AMOUNT + 1n)).to.equal(false);
        await token.write.bar([buyer, true]);
        expect(await canReceive(holding.asset)).to.equal(false);
        await token.write.bar([buyer, false]);
        await token.write.halt([true]);
        expect(await canReceive(holding.asset)).to.equal(false);
      });

      it("a token that says candidly where its tokens would go is believed", async () => {
        const token = await chain.viem.deployContract("WanderingToken");
        await token.write.issueByPartition([PARTITION, harness.address, AMOUNT]);
        await token.write.wander([`0x${"02".repeat(32)}`, true]);
        expect(await canReceive(assetOf(token, "ERC1400"))).to.equal(false);
      });
    });

    describe("silence", () => {
      for (const [what, mode, data, expected] of [
        ["no such function", MODE.LACKS, "0x", true],
        ["a fallback that answers nothing", MODE.ANSWERS_NOTHING, "0x", true],
        ["a failure with a reason", MODE.REVERTS, "0x01", false],
        ["gas burnt", MODE.BURNS_GAS, "0x", false],
        ["a failure without a word, but late", MODE.LACKS_LATE, "0x", false],
        ["less than a word", MODE.ANSWERS, "0x00", false],
      ] as const) {
        it(`${what} ${expected ? "says nothing against it" : "is a no"}`, async () => {
          const token = await deployScripted();
          await token.write.script([SELECTOR.canTransferByPartition, mode, data]);
          expect(await canReceive(assetOf(token, "ERC1400"))).to.equal(expected);
        });
      }

      it("is never what a lack of gas makes of an answer", async () => {
        const token = await deployScripted();
        await token.write.script([SELECTOR.canTransferByPartition, MODE.NEEDS_GAS, `0x${"00".repeat(96)}`]);
        const asset = assetOf(token, "ERC1400");
        let completed = 0;
        for (let gas = 30_000n; gas < 200_000n; gas += 3_000n) {
          const answer = await answerWithin(gas, "canReceive", asset).catch(() => undefined);
          expect(answer, `${gas}`).to.not.equal(true);
          if (answer === false) completed += 1;
        }
        expect(completed).to.be.greaterThan(20);
      });
    });

    describe("in ERC-3643, by scripts", () => {
      /** A token that lets everybody be paid, and the scripts of its parts. */
      async function permissioned() {
        const token = await deployScripted();
        const [registry, compliance] = [await deployScripted(), await deployScripted()];
        await token.write.script([SELECTOR.identityRegistry, MODE.ANSWERS, pad(registry.address)]);
        await token.write.script([SELECTOR.compliance, MODE.ANSWERS, pad(compliance.address)]);
        await token.write.script([SELECTOR.paused, MODE.ANSWERS, NO]);
        await token.write.script([SELECTOR.isFrozen, MODE.ANSWERS, NO]);
        await registry.write.script([SELECTOR.isVerified, MODE.ANSWERS, YES]);
        await compliance.write.script([SELECTOR.canTransfer, MODE.ANSWERS, YES]);
        return { token, registry, compliance, asset: assetOf(token, "ERC3643") };
      }

      it("every part must agree", async () => {
        const { token, registry, compliance, asset } = await permissioned();
        expect(await canReceive(asset)).to.equal(true);
        const disagree: [Scripted, Hex, Hex, Hex][] = [
          [token, SELECTOR.paused, YES, NO],
          [token, SELECTOR.isFrozen, YES, NO],
          [registry, SELECTOR.isVerified, NO, YES],
          [compliance, SELECTOR.canTransfer, NO, YES],
        ];
        for (const [part, selector, bad, good] of disagree) {
          for (const answer of [bad, pad("0x02"), "0x01"] as const) {
            await part.write.script([selector, MODE.ANSWERS, answer]);
            expect(await canReceive(asset), `${selector} ${answer}`).to.equal(false);
          }
          await part.write.script([selector, MODE.ANSWERS, good]);
          expect(await canReceive(asset)).to.equal(true);
        }
      });

      it("the token may lack a function, what it names may not", async () => {
        const { token, registry, compliance, asset } = await permissioned();
        for (const selector of [SELECTOR.paused, SELECTOR.isFrozen]) {
          await token.write.script([selector, MODE.LACKS, "0x"]);
        }
        expect(await canReceive(asset)).to.equal(true);
        await registry.write.script([SELECTOR.isVerified, MODE.LACKS, "0x"]);
        expect(await canReceive(asset)).to.equal(false);
        await registry.write.script([SELECTOR.isVerified, MODE.ANSWERS, YES]);
        await compliance.write.script([SELECTOR.canTransfer, MODE.ANSWERS_NOTHING, "0x"]);
        expect(await canReceive(asset)).to.equal(false);
        await compliance.write.script([SELECTOR.canTransfer, MODE.ANSWERS, YES]);
        for (const selector of [SELECTOR.identityRegistry, SELECTOR.compliance]) {
          await token.write.script([selector, MODE.LACKS, "0x"]);
          expect(await canReceive(asset)).to.equal(false);
          await token.write.script([selector, MODE.ANSWERS, pad(registry.address)]);
        }
      });

      it("a part that burns its gas is a no, and what all of them burn is covered", async () => {
        const { token, registry, compliance, asset } = await permissioned();
        const gas = (await harness.read.ELIGIBILITY_GAS()) + 120_000n;
        await registry.write.script([SELECTOR.isVerified, MODE.BURNS_GAS, "0x"]);
        expect(await canReceive(asset)).to.equal(false);
        await registry.write.script([SELECTOR.isVerified, MODE.ANSWERS, YES]);
        await compliance.write.script([SELECTOR.canTransfer, MODE.BURNS_GAS, "0x"]);
        expect(await answerWithin(gas, "canReceive", asset)).to.equal(false);
        await compliance.write.script([SELECTOR.canTransfer, MODE.ANSWERS, YES]);
        for (const selector of [SELECTOR.paused, SELECTOR.isFrozen]) {
          await token.write.script([selector, MODE.BURNS_GAS, "0x"]);
          expect(await answerWithin(gas, "canReceive", asset)).to.equal(false);
          await token.write.script([selector, MODE.ANSWERS, NO]);
        }
      });

      it("checks that need nearly all of their share get it from what must be left, and from nothing less", async () => {
        const { registry, compliance, asset } = await permissioned();
        await registry.write.script([SELECTOR.isVerified, MODE.NEEDS_GAS, YES]);
        await compliance.write.script([SELECTOR.canTransfer, MODE.NEEDS_GAS, YES]);
        for (const part of [registry, compliance]) await part.write.setNeeded([1_900_000n]);
        // The transaction's own cost comes on top.
        const gas = (await harness.read.ELIGIBILITY_GAS()) + 30_000n;
        expect(await answerWithin(gas, "canReceive", asset)).to.equal(true);
        expect(await answerWithin(gas - 400_000n, "canReceive", asset)).to.equal(false);
      });
    });

    describe("in ERC-3643, by T-REX", () => {
      let trex: Trex;
      let asset: Asset;
      let restore: () => Promise<void>;

      before(async () => {
        trex = await Trex.deploy(chain);
        asset = assetOf(trex, "ERC3643");
        for (const account of [harness.address, buyer]) await trex.verify(account);
        await trex.write("mint", [harness.address, AMOUNT]);
        const snapshot = await chain.helpers.takeSnapshot();
        restore = () => snapshot.restore();
      });
      afterEach(() => restore());

      it("a verified holder can be paid, a stranger cannot", async () => {
        expect(await canReceive(asset)).to.equal(true);
        const stranger = chain.address(ROLES.stranger);
        expect(await harness.read.canReceive([asset, stranger, AMOUNT])).to.equal(false);
        await trex.forget(buyer);
        expect(await canReceive(asset)).to.equal(false);
      });

      it("not while the token is paused, nor while either end is frozen", async () => {
        await trex.write("pause", []);
        expect(await canReceive(asset)).to.equal(false);
        await trex.write("unpause", []);
        for (const account of [buyer, harness.address]) {
          await trex.write("setAddressFrozen", [account, true]);
          expect(await canReceive(asset)).to.equal(false);
          await trex.write("setAddressFrozen", [account, false]);
        }
        expect(await canReceive(asset)).to.equal(true);
      });

      it("not into a country that the compliance restricts", async () => {
        await trex.restrictCountries([COUNTRY.FRANCE]);
        expect(await canReceive(asset)).to.equal(true);
        await trex.restrictCountries([COUNTRY.GERMANY]);
        expect(await canReceive(asset)).to.equal(false);
      });

      it("five claims with three issuers each leave twice as much gas again", async () => {
        const costly = await Trex.deploy(chain, { topics: 5, issuers: 3 });
        await costly.verify(buyer);
        expect(Number(await costly.gasOfIsVerified(buyer))).to.be.lessThan(2_000_000 / 3);
      });

      it("ten claims with five issuers each are still checked", async () => {
        const costly = await Trex.deploy(chain, { topics: 10, issuers: 5 });
        for (const account of [harness.address, buyer]) await costly.verify(account);
        expect(await canReceive(assetOf(costly, "ERC3643"))).to.equal(true);
      });
    });
  });
});
