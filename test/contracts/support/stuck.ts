import type { Address, Hex } from "viem";
import { ROLES } from "./chain.ts";
import { balanceOf, deposit } from "./settle.ts";
import { redirectTypedData, waiveTypedData } from "./signing.ts";
import type { Trade } from "./terms.ts";
import { crossDvp, eventNames, impersonate, openingOf, vary } from "./trades.ts";
import { openWorld } from "./world.ts";

/** Later than any test's clock. */
export const FAR = 2 ** 40 - 1;
/** Of the cash leg. */
export const AMOUNT = 5_000_000n;

/**
 * A trade with two attesters: bond of the seller for the buyer on the coordinator's chain, cash of the buyer for the seller on the other.
 * What is done with the cash leg, on its own chain.
 */
export async function openStuck() {
  const world = await openWorld();
  const address = (role: number) => world.away.address(role);
  const attesters = [address(ROLES.attester), address(ROLES.attester2)].sort((a, b) =>
    a.toLowerCase() < b.toLowerCase() ? -1 : 1,
  );
  const trade = await vary(world, await crossDvp(world), { attesters, threshold: 2 });
  const escrow = world.escrow.away;
  /** Plays the attester at a position of the terms. */
  const roleAt = (position: number) =>
    address(ROLES.attester) === attesters[position] ? ROLES.attester : ROLES.attester2;

  return {
    world,
    trade,
    escrow,
    roleAt,
    seller: address(ROLES.seller),
    buyer: address(ROLES.buyer),
    stranger: address(ROLES.stranger),
    /** Holds no cash. */
    other: address(ROLES.feeRecipient),
    cashOf: (owner: Address) => balanceOf(world.away, world.side.away.cash, owner),
    status: (one: Trade = trade) => escrow.read.legStatus([one.id, 1n]),
    names: (hash: Hex) => eventNames(world.away, escrow, hash),
    claim: (one: Trade = trade) => escrow.write.claim([one.terms, 1n], { account: address(ROLES.stranger) }),
    waive: (account: Address, one: Trade = trade, leg = 1n) => escrow.write.waive([one.terms, leg], { account }),

    /** Deposited by the buyer, its recipient revealed: all that its escrow needs. */
    async lockCash(one: Trade = trade): Promise<void> {
      await deposit(world, one, 1, { openings: [openingOf(one, 0)] });
      if (!(await escrow.read.stateOf([one.id])).locked) throw new Error("The cash is not locked.");
    },

    /** The coordinator's word, as the messenger would bring it. */
    async verdict(value: number, one: Trade = trade): Promise<void> {
      const account = await impersonate(world.away, world.addresses.messenger);
      await escrow.write.recordVerdict([one.id, value], { account });
    },

    /** Signed by the seller, brought by a stranger. */
    async waiveSigned(
      options: {
        signer?: number;
        validUntil?: number;
        changes?: Parameters<typeof waiveTypedData>[3];
        one?: Trade;
      } = {},
    ): Promise<Hex> {
      const { signer = ROLES.seller, validUntil = FAR, changes = {}, one = trade } = options;
      const data = waiveTypedData(one, 1, { depositor: openingOf(one, 1).wallet, validUntil }, changes);
      const signature = await world.away.account(signer).signTypedData(data as never);
      const account = address(ROLES.stranger);
      return escrow.write.waiveBySig([one.terms, 1n, validUntil, signature], { account });
    },

    /** Signed by both attesters, each at the position that the terms give it. */
    async redirect(
      account: Address,
      options: {
        signers?: readonly (number | undefined)[];
        validUntil?: number;
        wallet?: Address;
        changes?: Parameters<typeof redirectTypedData>[3];
        one?: Trade;
      } = {},
    ): Promise<Hex> {
      const { validUntil = FAR, wallet = address(ROLES.feeRecipient), changes = {}, one = trade } = options;
      const { signers = [roleAt(0), roleAt(1)] } = options;
      const data = redirectTypedData(one, 1, { wallet, validUntil }, changes);
      const signatures = await Promise.all(
        signers.map(
          async (role): Promise<Hex> =>
            role === undefined ? "0x" : world.away.account(role).signTypedData(data as never),
        ),
      );
      return escrow.write.redirect([one.terms, 1n, wallet, validUntil, signatures], { account });
    },
  };
}

export type Stuck = Awaited<ReturnType<typeof openStuck>>;
