import type { Hex } from "viem";
import { ProtocolError } from "../errors.ts";
import type { MessengerEvent, RootEvent } from "./events.ts";
import type { ChainWorld, ReceivedMessage, StuckNonce } from "./world.ts";

/** Takes in one event of the chain's messenger. Changes `chain` in place. */
export function applyMessengerEvent(chain: ChainWorld, event: MessengerEvent): void {
  switch (event.eventName) {
    case "MessageSent": {
      const { guid, settlementId, targetChainId, kind, verdict, carriesTerms } = event.args;
      chain.sent.set(guid, { settlementId, targetChainId: Number(targetChainId), kind, verdict, carriesTerms });
      break;
    }
    case "MessageReceived": {
      const { guid, settlementId, sourceChainId, kind, verdict } = event.args;
      receivedAt(chain, guid).recorded = { settlementId, sourceChainId: Number(sourceChainId), kind, verdict };
      break;
    }
    case "MessageIgnored":
      receivedAt(chain, event.args.guid).ignoredReason = event.args.reason;
      break;
    case "Wired":
      chain.wiringHash = event.args.wiringHash;
      break;
    case "Sealed":
      chain.sealed = true;
      break;
    case "NonceMarked": {
      const { chainId, nonce, skippableAt } = event.args;
      const nonces = chain.stuck.get(Number(chainId)) ?? new Map<bigint, StuckNonce>();
      chain.stuck.set(Number(chainId), nonces.set(nonce, { skippableAt, skipped: false }));
      break;
    }
    case "NonceSkipped": {
      const mark = chain.stuck.get(Number(event.args.chainId))?.get(event.args.nonce);
      if (mark === undefined) throw new ProtocolError("event_input", "a nonce was skipped that was never marked");
      mark.skipped = true;
      break;
    }
    default:
      event satisfies never;
  }
}

/** Takes in one event of the chain's root. Changes `chain` in place. */
export function applyRootEvent(chain: ChainWorld, event: RootEvent): void {
  chain.children.set(event.args.child, event.args.account);
}

function receivedAt(chain: ChainWorld, guid: Hex): ReceivedMessage {
  const present = chain.received.get(guid);
  if (present !== undefined) return present;
  const message: ReceivedMessage = { recorded: null, ignoredReason: null };
  chain.received.set(guid, message);
  return message;
}
