import { expect } from "chai";
import fc from "fast-check";
import { maxUint256 } from "viem";
import { ROLES } from "../../../test/contracts/support/chain.ts";
import { deployPermit2 } from "../../../test/contracts/support/permit2.ts";
import { revertOf } from "../../../test/contracts/support/revert.ts";
import { dvp } from "../../../test/contracts/support/settle.ts";
import { authorizationNonce, PERMIT2_ADDRESS, permit2DepositTypedData, type Terms } from "../src/index.ts";
import { bytes32, uint } from "./support/arbitraries.ts";
import { type ContractWorld, openContracts } from "./support/contracts.ts";
import { PATIENCE } from "./support/patience.ts";

const SIGNERS = [ROLES.seller, ROLES.buyer] as const;
const DEADLINE = 2n ** 48n;

/** Cancellations, waivers and redirections are signed in `contract-settlement.test.ts`. */
describe("what payers sign, as the contracts check it", function () {
  this.timeout(PATIENCE);

  let world: ContractWorld;
  let restore: () => Promise<void>;

  before(async () => {
    world = await openContracts();
    const { home, side } = world.contracts;
    await deployPermit2(home);
    for (const [position, token] of [side.home.bond, side.home.cash].entries()) {
      const contract = await home.viem.getContractAt("TestToken", token);
      const account = home.address(SIGNERS[position] ?? 0);
      await contract.write.approve([PERMIT2_ADDRESS, maxUint256], { account });
    }
    restore = await world.contracts.snapshot();
  });
  afterEach(() => restore());

  it("has for ERC-3009 the nonce that the escrow computes", async () => {
    await fc.assert(
      fc.asyncProperty(bytes32, fc.nat({ max: 255 }), async (id, legIndex) => {
        const { read } = world.contracts.escrow.home;
        expect(await read.authorizationNonce([id, BigInt(legIndex)])).to.equal(authorizationNonce(id, legIndex));
      }),
      { numRuns: 30 },
    );
  });

  /** A stranger brings what the payer of a leg has signed with Permit2, about these terms or about others. */
  async function deposit(legIndex: number, nonce: bigint, signed: (terms: Terms) => Terms = (terms) => terms) {
    const { home, escrow } = world.contracts;
    const { terms, id, openings } = await dvp(world.contracts, { salt: `permit2 ${nonce}` });
    const typedData = permit2DepositTypedData({ terms: signed(terms), legIndex, nonce, deadline: DEADLINE });
    const signature = await home.account(SIGNERS[legIndex] ?? 0).signTypedData(typedData);
    const { secret, wallet } = openings[legIndex] ?? { secret: "0x", wallet: "0x" };
    const args = [terms, BigInt(legIndex), secret, [], wallet, nonce, DEADLINE, signature] as const;
    await escrow.home.write.depositLegWithPermit2(args, { account: home.address(ROLES.stranger) });
    return (await escrow.home.read.stateOf([id])).deposited;
  }

  it("is for Permit2 what the escrow and the real Permit2 make of the terms", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(0, 1), uint(256), async (legIndex, nonce) => {
        await restore();
        expect(await deposit(legIndex, nonce)).to.equal(1 << legIndex);
      }),
      { numRuns: 12 },
    );
  });

  it("is for Permit2 worth nothing under other terms", async () => {
    const changes: ((terms: Terms) => Terms)[] = [
      (terms) => ({ ...terms, settleDeadline: terms.settleDeadline + 1 }),
      (terms) => ({ ...terms, legs: terms.legs.with(1, { ...(terms.legs[1] as Terms["legs"][number]), amount: 1n }) }),
      (terms) => ({ ...terms, notBefore: 1 }),
    ];
    for (const change of changes) {
      expect((await revertOf(deposit(0, 1n, change))).name).to.equal("KeystoneEscrow_TransferFailed");
    }
  });
});
