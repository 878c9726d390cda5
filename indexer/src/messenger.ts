import { messageReceived, messageSent } from "ponder:schema";
import { messengerAbi } from "@keystoneos/protocol/abi";
import { listen } from "./listen.ts";
import { messageKindAt } from "./names.ts";

listen("messenger", messengerAbi, {
  async MessageSent({ args, at, db }) {
    await db
      .insert(messageSent)
      .values({
        chainId: at.chainId,
        guid: args.guid,
        settlementHash: args.settlementId,
        kind: messageKindAt(args.kind),
        targetChainId: args.targetChainId,
        txHash: at.txHash,
        blockNumber: at.blockNumber,
      })
      .onConflictDoNothing();
  },

  async MessageReceived({ args, at, db }) {
    const received = {
      settlementHash: args.settlementId,
      kind: messageKindAt(args.kind),
      sourceChainId: args.sourceChainId,
      txHash: at.txHash,
    };
    await db
      .insert(messageReceived)
      .values({ chainId: at.chainId, guid: args.guid, ...received })
      .onConflictDoUpdate(received);
  },

  /** Comes alone for a message of no use, after MessageReceived for one that could not go on. */
  async MessageIgnored({ args, at, db }) {
    await db
      .insert(messageReceived)
      .values({ chainId: at.chainId, guid: args.guid, txHash: at.txHash, ignoredReason: args.reason })
      .onConflictDoUpdate({ ignoredReason: args.reason });
  },
});
