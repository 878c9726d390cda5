import { expect } from "chai";
import { artifacts } from "hardhat";
import { type Abi, type AbiParameter, encodeFunctionData, type Hex, parseEther, zeroAddress } from "viem";
import { initCode } from "./support/artifacts.ts";
import { type Chain, COORDINATOR_CHAIN, openChain, ROLES } from "./support/chain.ts";
import { type Addresses, CHILD, deployRoot, NAMES, rootInitCode } from "./support/deployment.ts";
import { expectRevert } from "./support/revert.ts";
import { openWorld, type World } from "./support/world.ts";

const ID: Hex = `0x${"11".repeat(32)}`;

describe("KeystoneEscrow: its two codes", function () {
  this.timeout(60_000);

  describe("in a deployment", () => {
    let world: World;
    before(async () => {
      world = await openWorld({ stage: "deployed" });
    });

    it("answers at one address for both", async () => {
      const nonce = await world.escrow.home.read.authorizationNonce([ID, 3n]);
      expect(nonce).to.match(/^0x[0-9a-f]{64}$/);
      expect(await world.escrow.away.read.authorizationNonce([ID, 3n])).to.equal(nonce);
      expect(await world.escrow.home.read.authorizationNonce([ID, 4n])).to.not.equal(nonce);
    });

    it("valid call, one thing broken: made at the extension's own address, whichever function", async () => {
      const abi = (await artifacts.readArtifact("KeystoneEscrowExtension")).abi as Abi;
      const functions = abi.filter((item) => item.type === "function");
      expect(functions).to.not.have.length(0);
      for (const item of functions) {
        const data = encodeFunctionData({ abi: [item], args: item.inputs.map(emptyOf) });
        const call = world.home.client.call({ to: world.addresses.escrowExtension, data });
        await expectRevert(call, "KeystoneEscrow_NotDelegated");
      }
    });

    it("valid call, one thing broken: value without a call", async () => {
      const wallet = world.home.account(ROLES.stranger);
      const to = world.escrow.home.address;
      await expectRevert(wallet.sendTransaction({ to, value: 1n }), "KeystoneEscrow_ValueNotAccepted");
    });

    it("refuses a function that neither has", async () => {
      const call = world.home.client.call({ to: world.escrow.home.address, data: "0x12345678" });
      expect(await call.then(String, () => "refused")).to.equal("refused");
    });

    it("refuses value where the extension's function takes none", async () => {
      const { abi, address } = world.escrow.home;
      const data = encodeFunctionData({ abi, functionName: "authorizationNonce", args: [ID, 3n] });
      const call = world.home.client.call({ to: address, data, value: parseEther("1"), account: zeroAddress });
      expect(await call.then(String, () => "refused")).to.equal("refused");
    });
  });

  describe("while the extension has not been created", () => {
    let home: Chain;
    let escrow: Addresses["escrow"];
    let extension: Addresses["escrowExtension"];
    before(async () => {
      home = await openChain(COORDINATOR_CHAIN);
      const row = { ...COORDINATOR_CHAIN, chainId: BigInt(COORDINATOR_CHAIN.chainId), endpoint: home.address(0) };
      const code = await rootInitCode(home.chainId, [{ ...row, wiringHash: ID }]);
      const root = await home.viem.getContractAt("KeystoneRoot", await deployRoot(home, code));
      await root.write.deploy([CHILD.coordinator, await initCode(NAMES[CHILD.coordinator])]);
      await root.write.deploy([CHILD.escrow, await initCode(NAMES[CHILD.escrow])]);
      escrow = await root.read.addressOf([CHILD.escrow]);
      extension = await root.read.addressOf([CHILD.escrowExtension]);
    });

    it("valid call, one thing broken: there is no code to delegate to", async () => {
      const contract = await home.viem.getContractAt("IKeystoneEscrow", escrow);
      await expectRevert(contract.read.authorizationNonce([ID, 3n]), "KeystoneEscrow_ExtensionMissing", [extension]);
    });

    it("has its own code at work", async () => {
      const contract = await home.viem.getContractAt("IKeystoneEscrow", escrow);
      const account = home.address(ROLES.stranger);
      await expectRevert(contract.write.recordVerdict([ID, 1], { account }), "KeystoneEscrow_NotAuthorized", [account]);
    });
  });
});

/** The smallest value that the decoder takes for it. */
function emptyOf(parameter: AbiParameter): unknown {
  const { type } = parameter;
  if (type.endsWith("[]")) return [];
  if ("components" in parameter) {
    return Object.fromEntries(parameter.components.map((field) => [field.name, emptyOf(field)]));
  }
  if (type === "bool") return false;
  if (type === "address") return zeroAddress;
  if (type === "bytes") return "0x";
  if (type.startsWith("bytes")) return `0x${"00".repeat(Number(type.slice("bytes".length)))}`;
  return 0n;
}
