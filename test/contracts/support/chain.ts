import { network } from "hardhat";
import { getAddress } from "viem";

/** The ids of the two chains, as everywhere; row 0 is the coordinator's. */
export const COORDINATOR_CHAIN = { chainId: 11155111, eid: 40161 } as const;
export const OTHER_CHAIN = { chainId: 84532, eid: 40245 } as const;

/** One simulated chain with its own clock, accounts (the same on all of them) and contracts. */
export async function openChain({ chainId, eid }: { chainId: number; eid: number }) {
  const connection = await network.create({ override: { chainId } });
  const { viem, networkHelpers } = connection;
  const wallets = await viem.getWalletClients();
  const client = await viem.getPublicClient();
  /** Who plays whom; the numbers are those of the local world. */
  const account = (index: number) => {
    const wallet = wallets[index];
    if (wallet === undefined) throw new Error(`No account ${index}`);
    return wallet;
  };
  const address = (index: number) => getAddress(account(index).account.address);
  return { chainId, eid, connection, viem, client, helpers: networkHelpers, account, address };
}

export type Chain = Awaited<ReturnType<typeof openChain>>;

export const ROLES = {
  deployer: 0,
  relayer: 1,
  attester: 2,
  operator: 3,
  verifierA: 4,
  verifierB: 5,
  executor: 6,
  seller: 7,
  buyer: 8,
  stranger: 9,
  feeRecipient: 10,
  attester2: 11,
} as const;
