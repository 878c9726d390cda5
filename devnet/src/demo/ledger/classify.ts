import { type Deployment, hashTerms, type Terms } from "@keystoneos/protocol";
import { coordinatorAbi, endpointAbi, escrowAbi, messengerAbi, registryAbi, routerAbi } from "@keystoneos/protocol/abi";
import { type Address, decodeFunctionData, type Hex, isAddressEqual, type Log, parseEventLogs } from "viem";
import type { Entry, Message } from "./entry.ts";

export interface RawTransaction {
  chainId: number;
  hash: Hex;
  to: Address;
  input: Hex;
  gasUsed: number;
  timestamp: number;
  logs: Log[];
}

/** Function names of the contracts to the kinds of transaction in the API. */
const KINDS: Record<string, string> = {
  createSettlement: "create",
  open: "create",
  advance: "advance",
  transition: "manual",
  timeout: "timeout",
  dispatch: "dispatch",
  attest: "attest",
  attestBySig: "attest",
  revoke: "attest",
  overrideAttestation: "attest",
  depositLeg: "deposit",
  reveal: "reveal",
  notifyLocked: "notify_locked",
  notifyReleased: "notify_released",
  claim: "claim",
  release: "release",
  refundExpired: "refund",
  lzReceive: "receive_message",
};

const MESSAGE_KINDS = ["LOCKED", "VERDICT", "RELEASED"];
const eventAbi = [...coordinatorAbi, ...escrowAbi, ...messengerAbi, ...registryAbi].filter(
  ({ type }) => type === "event",
);

/** What a transaction did for which settlement; nothing when it was not for one (deployment, rulesets, foreign calls). */
export function classify(transaction: RawTransaction, deployment: Deployment): Entry[] {
  const call = decode(transaction, deployment);
  const kind = call === undefined ? undefined : KINDS[call.name];
  if (call === undefined || kind === undefined) return [];
  const ours = Object.values(deployment.contracts);
  const events = parseEventLogs({
    abi: eventAbi,
    logs: transaction.logs.filter(({ address }) => ours.some((contract) => isAddressEqual(contract, address))),
  }) as unknown as { eventName: string; args: Record<string, unknown> }[];
  const settlementHash =
    call.settlementHash ?? (events.find(({ args }) => args.settlementId)?.args.settlementId as Hex);
  if (settlementHash === undefined) return [];

  const sent = events.filter(({ eventName }) => eventName === "MessageSent").map(({ args }) => messageOf(args));
  const received = events
    .filter(({ eventName }) => eventName === "MessageReceived" || eventName === "MessageIgnored")
    .map(({ args }) => args.guid as Hex);
  const { chainId, hash, gasUsed, timestamp } = transaction;
  const refunds = events.some(({ eventName }) => eventName === "LegRefunded");
  return [
    {
      chainId,
      hash,
      settlementHash,
      kind: kind === "claim" && refunds ? "refund" : kind,
      leg: call.leg,
      gasUsed,
      timestamp,
      subject: subjectOf(kind, call, events, received),
      sent,
      received,
    },
  ];
}

interface Call {
  name: string;
  settlementHash: Hex | undefined;
  leg: number | null;
  args: readonly unknown[];
}

function decode({ to, input }: RawTransaction, deployment: Deployment): Call | undefined {
  const { coordinator, escrow, registry, router } = deployment.contracts;
  const abis = [
    [coordinator, coordinatorAbi],
    [escrow, escrowAbi],
    [registry, registryAbi],
    [router, routerAbi],
  ] as const;
  const abi = abis.find(([contract]) => isAddressEqual(to, contract))?.[1] ?? endpointAbi;
  try {
    const { functionName, args = [] } = decodeFunctionData({ abi, data: input });
    const list = args as readonly unknown[];
    const first = list[0];
    const terms = typeof first === "object" && first !== null && "parties" in first ? (first as Terms) : undefined;
    const settlementHash = terms !== undefined ? hashTerms(terms) : abi === registryAbi ? list.find(isHash) : undefined;
    const leg = functionName === "depositLeg" || functionName === "claim" ? Number(list[1]) : null;
    return { name: functionName, settlementHash, leg, args: list };
  } catch {
    return undefined;
  }
}

function isHash(value: unknown): value is Hex {
  return typeof value === "string" && value.length === 66;
}

function subjectOf(
  kind: string,
  call: Call,
  events: readonly { eventName: string; args: Record<string, unknown> }[],
  received: readonly Hex[],
): string {
  // A statement is known by its attester and its sequence, whether it was still news or not.
  if (call.name === "attestBySig") return `${call.args[0]}#${call.args[6]}`;
  if (kind === "attest") {
    const statement = events.find(({ args }) => args.attester !== undefined)?.args;
    return `${statement?.attester}#${statement?.sequence}`;
  }
  if (kind === "advance") {
    const steps = events.filter(({ eventName }) => eventName === "StateTransition");
    return steps.map(({ args }) => `${args.from}-${args.to}`).join(" ");
  }
  if (kind === "reveal") {
    return (call.args[1] as { partyIndex: number }[]).map(({ partyIndex }) => partyIndex).join(" ");
  }
  if (kind === "dispatch") return `to ${call.args[1]}`;
  if (kind === "receive_message") return received.join(" ");
  return "";
}

function messageOf(args: Record<string, unknown>): Message {
  return {
    guid: args.guid as Hex,
    kind: MESSAGE_KINDS[Number(args.kind)] ?? String(args.kind),
    targetChainId: Number(args.targetChainId),
  };
}
