import { ponder } from "ponder:registry";
import { chainHead } from "ponder:schema";

/** Before anything is indexed the head lies before the deployment's first block, so that every chain has a row from the beginning. */
ponder.on("escrow:setup", async ({ context }) => {
  const { startBlock } = context.contracts.escrow;
  await context.db.insert(chainHead).values({
    chainId: BigInt(context.chain.id),
    blockNumber: BigInt(startBlock ?? 0) - 1n,
    blockHash: null,
    blockTimestamp: 0n,
  });
});

ponder.on("head:block", async ({ event, context }) => {
  const { number, hash, timestamp } = event.block;
  const head = { blockNumber: number, blockHash: hash, blockTimestamp: timestamp };
  await context.db
    .insert(chainHead)
    .values({ chainId: BigInt(context.chain.id), ...head })
    .onConflictDoUpdate(head);
});
