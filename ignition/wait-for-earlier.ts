import { setTimeout as sleep } from "node:timers/promises";
import { chainName, type Target } from "./chain.ts";
import { DeployError } from "./errors.ts";

const PATIENCE_MS = 15 * 60_000;

/**
 * Waits until every transaction that the deployer has sent is confirmed. A run that was killed may have sent one that its journal does
 * not know; once it is confirmed the chain itself says what is done.
 *
 * @throws DeployError TransactionPending.
 */
export async function waitForEarlier({ client, deployer, plan, chainId, pace }: Target): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const latest = await client.getBlockNumber({ cacheTime: 0 });
    const confirmed = latest - BigInt(pace.confirmations - 1);
    const pending = await client.getTransactionCount({ address: deployer, blockTag: "pending" });
    if (pending === 0) return;
    const settled =
      confirmed < 0n ? 0 : await client.getTransactionCount({ address: deployer, blockNumber: confirmed });
    if (settled === pending) return;
    if (performance.now() > deadline) {
      const where = chainName({ plan, chainId });
      throw new DeployError(
        "TransactionPending",
        `${deployer} has a transaction on ${where} with nonce ${settled} that is not confirmed. Replace it or wait, then run again.`,
      );
    }
    await sleep(pace.pollingMs);
  }
}
