import { endpointAbi } from "@keystoneos/protocol/abi";
import { type Address, encodeFunctionData, type Hex, zeroHash } from "viem";
import type { Chain } from "../chains/client.ts";
import { findPacket, type Packet } from "../chains/packet.ts";
import { silentVerifiers } from "../chains/verifiers.ts";
import type { Facts, MessageFacts } from "../facts/types.ts";
import type { Draft } from "../pipeline/types.ts";
import { nextAttempt } from "../plan/attempt.ts";
import { timeOn } from "../plan/terms.ts";
import type { ActContext } from "./context.ts";
import { payingHeadroom } from "./draft.ts";

/**
 * `deliver` is our execution of it; `arrived` waits for the indexer; `unverified` can only be sent again. Of one that could be sent again by its
 * age `silent` names the verifiers that have not spoken, by address; `uncommitted` when all have, `unknown` where the library does not tell.
 */
export type Overdue =
  | { state: "deliver"; draft: Draft | null }
  | { state: "arrived" }
  | { state: "unverified"; silent: readonly string[] };

/** Looks up an overdue message at its target: verified but not executed, executed and not indexed yet, or not verified at all. */
export async function inspectMessage(context: ActContext, facts: Facts, message: MessageFacts): Promise<Overdue> {
  const source = context.pipeline.chains.get(message.sourceChainId);
  const target = context.pipeline.chains.get(message.targetChainId);
  if (source === undefined || target === undefined) return { state: "arrived" };
  const receipt = await source.client.getTransactionReceipt({ hash: message.sentTransaction });
  const packet = findPacket(receipt, source.endpoint, message.guid);
  if (packet === null) return { state: "unverified", silent: [] };
  const receiver: Address = `0x${packet.receiver.slice(-40)}`;
  const path = [receiver, packet.srcEid, packet.sender] as const;
  const read = { address: target.endpoint, abi: endpointAbi } as const;
  const view = { ...read, functionName: "inboundPayloadHash", args: [...path, packet.nonce] } as const;
  const [stored, passed] = await Promise.all([
    target.client.readContract(view),
    target.client.readContract({ ...read, functionName: "lazyInboundNonce", args: path }),
  ]);
  if (stored === packet.payloadHash) {
    return { state: "deliver", draft: deliveryOf(context, facts, target, packet, encodeFunctionData(view)) };
  }
  // An executed packet's hash is gone, and the endpoint has walked past its nonce.
  if (stored === zeroHash && packet.nonce <= passed) return { state: "arrived" };
  const late = timeOn(facts, message.sourceChainId) - message.sentAt >= context.policy.messageResendSeconds;
  return { state: "unverified", silent: late ? await silenceOf(target, packet) : [] };
}

async function silenceOf(target: Chain, packet: Packet): Promise<readonly string[]> {
  try {
    const silent = await silentVerifiers(target, packet);
    return silent.length === 0 ? ["uncommitted"] : silent.map((verifier) => verifier.toLowerCase());
  } catch {
    return ["unknown"];
  }
}

function deliveryOf(context: ActContext, facts: Facts, target: Chain, packet: Packet, probe: Hex): Draft | null {
  const effect = { chainId: target.chainId, kind: "receive_message" as const, subject: packet.guid };
  const subject = nextAttempt(facts, effect, new Date(), context.policy.repeatSeconds);
  if (subject === null) return null;
  const origin = { srcEid: packet.srcEid, sender: packet.sender, nonce: packet.nonce };
  const receiver: Address = `0x${packet.receiver.slice(-40)}`;
  return {
    ...effect,
    subject,
    settlementId: facts.settlementId,
    intentId: facts.intentId,
    signer: "relayer",
    to: target.endpoint,
    data: encodeFunctionData({
      abi: endpointAbi,
      functionName: "lzReceive",
      args: [origin, receiver, packet.guid, packet.message, "0x"],
    }),
    value: 0n,
    probes: [{ to: target.endpoint, data: probe }],
    headroom: payingHeadroom(facts, target.chainId),
  };
}
