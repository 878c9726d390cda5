import { messengerAbi } from "@keystoneos/protocol/abi";
import {
  type DeploymentPlan,
  type PlannedLayerZero,
  pathsOf,
  plannedChain,
  predictContracts,
  type WiredPath,
  wiringOf,
} from "@keystoneos/protocol/deployment";
import { type Address, type PublicClient, pad, zeroAddress } from "viem";
import { layerZeroAbi } from "../layerzero-abi.ts";
import { answerOf, NO_ANSWER, type Notes, nodeAnswer } from "./finding.ts";

/** LayerZero's "none" for optional verifiers, as against 0, its changeable default. */
const NO_OPTIONAL_VERIFIERS = 255;

/** The messenger's wiring at the endpoint, as its `seal` read it, and that nothing can have changed it since. */
export async function checkWiring(
  notes: Notes,
  client: PublicClient,
  plan: DeploymentPlan,
  chainId: number,
): Promise<void> {
  const { messenger } = predictContracts(plan);
  const { layerZero } = plannedChain(plan, chainId);
  await checkLayerZero(notes, client, layerZero);
  const own = { address: messenger, abi: messengerAbi } as const;
  notes.note("messenger: wired", true, await answerOf(client.readContract({ ...own, functionName: "isWired" })));
  notes.note("messenger: sealed", true, await answerOf(client.readContract({ ...own, functionName: "isSealed" })));
  const delegates = { address: layerZero.endpoint, abi: layerZeroAbi, functionName: "delegates" } as const;
  const delegate = await answerOf(client.readContract({ ...delegates, args: [messenger] }));
  notes.note("messenger: delegate", zeroAddress, delegate);
  const paths = wiringOf(plan, chainId).paths;
  const others = pathsOf(plan, chainId);
  await Promise.all(
    paths.map((path, i) => checkPath(notes, client, { messenger, layerZero, path, to: others[i]?.name ?? "" })),
  );
}

async function checkLayerZero(notes: Notes, client: PublicClient, layerZero: PlannedLayerZero): Promise<void> {
  const endpoint = { address: layerZero.endpoint, abi: layerZeroAbi } as const;
  notes.note("endpoint: id", layerZero.eid, await answerOf(client.readContract({ ...endpoint, functionName: "eid" })));
  const coin = await answerOf(client.readContract({ ...endpoint, functionName: "nativeToken" }));
  notes.note("endpoint: native token", zeroAddress, coin);
  const workers = [
    ["executor", layerZero.executor],
    ...layerZero.verifiers.map(({ operator, send }) => [`verifier of ${operator}`, send]),
  ] as [string, Address][];
  for (const [what, address] of workers) {
    const isThere = (await nodeAnswer(client.getCode({ address }))) !== undefined;
    notes.note(`${what}: contract at ${address}`, "there", isThere ? "there" : "none");
  }
}

interface Path {
  messenger: Address;
  layerZero: PlannedLayerZero;
  path: WiredPath;
  to: string;
}

async function checkPath(notes: Notes, client: PublicClient, { messenger, layerZero, path, to }: Path): Promise<void> {
  const say = (what: string, promised: unknown, found: unknown) => notes.note(`path ${to}: ${what}`, promised, found);
  const endpoint = { address: layerZero.endpoint, abi: layerZeroAbi } as const;
  const args = [messenger, path.eid] as const;
  const read = <T>(call: Promise<T>) => answerOf(call);

  for (const [what, peer, isOpen] of [
    ["open to the messenger's own address", messenger, true],
    ["open to another address", layerZero.endpoint, false],
  ] as const) {
    const origin = { srcEid: path.eid, sender: pad(peer), nonce: 1n };
    const call = {
      address: messenger,
      abi: messengerAbi,
      functionName: "allowInitializePath",
      args: [origin],
    } as const;
    say(what, isOpen, await read(client.readContract(call)));
  }

  const sendLibrary = await read(client.readContract({ ...endpoint, functionName: "getSendLibrary", args }));
  say("send library", path.sendLibrary, sendLibrary);
  const sendDefault = await read(client.readContract({ ...endpoint, functionName: "isDefaultSendLibrary", args }));
  say("send library left to a default", false, sendDefault);
  const receive = await read(client.readContract({ ...endpoint, functionName: "getReceiveLibrary", args }));
  const [receiveLibrary, receiveDefault] = receive === NO_ANSWER ? [NO_ANSWER, NO_ANSWER] : receive;
  say("receive library", path.receiveLibrary, receiveLibrary);
  say("receive library left to a default", false, receiveDefault);
  const grace = await read(client.readContract({ ...endpoint, functionName: "receiveLibraryTimeout", args }));
  say("earlier receive library in its grace period", [zeroAddress, 0], grace === NO_ANSWER ? grace : [...grace]);

  const sender = { address: path.sendLibrary, abi: layerZeroAbi } as const;
  const executor = await read(client.readContract({ ...sender, functionName: "executorConfigs", args }));
  const [maxMessageSize, executorAddress] = executor === NO_ANSWER ? [NO_ANSWER, NO_ANSWER] : executor;
  say("longest message", path.maxMessageSize, maxMessageSize);
  say("executor", path.executor, executorAddress);
  await checkVerifiers(say, client, path.sendLibrary, args, {
    way: "send",
    confirmations: path.sendConfirmations,
    verifiers: path.sendVerifiers,
  });
  await checkVerifiers(say, client, path.receiveLibrary, args, {
    way: "receive",
    confirmations: path.receiveConfirmations,
    verifiers: path.receiveVerifiers,
  });
}

/** What is the messenger's own, and what the library makes of it: equal but for the way in which "none" is written. */
async function checkVerifiers(
  say: (what: string, promised: unknown, found: unknown) => void,
  client: PublicClient,
  library: Address,
  args: readonly [Address, number],
  { way, confirmations, verifiers }: { way: string; confirmations: bigint; verifiers: Address[] },
): Promise<void> {
  for (const [functionName, whose, none] of [
    ["getAppUlnConfig", "own", NO_OPTIONAL_VERIFIERS],
    ["getUlnConfig", "in use", 0],
  ] as const) {
    const config = await answerOf(client.readContract({ address: library, abi: layerZeroAbi, functionName, args }));
    const found = config === NO_ANSWER ? undefined : config;
    say(`${way} confirmations, ${whose}`, confirmations, found?.confirmations ?? NO_ANSWER);
    say(`${way} verifiers, ${whose}`, verifiers, found?.requiredDVNs ?? NO_ANSWER);
    say(`${way} verifiers demanded, ${whose}`, verifiers.length, found?.requiredDVNCount ?? NO_ANSWER);
    const optional = found && [found.optionalDVNCount, found.optionalDVNThreshold, ...found.optionalDVNs];
    say(`${way} optional verifiers, ${whose}`, [none, 0], optional ?? NO_ANSWER);
  }
}
