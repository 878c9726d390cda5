import type { PlannedChain } from "@keystoneos/protocol/deployment";
import { type Abi, type Address, encodeFunctionData, type Hex, toHex } from "viem";
import { rpc } from "../../../devnet/src/chains/rpc.ts";
import { localAccount } from "../../../devnet/src/keys.ts";
import { layerZeroArtifacts } from "../../../devnet/src/layerzero/contracts.ts";
import { decodePacketSent } from "../../../devnet/src/worker/packet.ts";
import { succeeded } from "./testnet.ts";

/** keccak256("PacketSent(bytes,bytes,address)") */
const PACKET_SENT = "0x1ab700d4ced0c005b164c0f789fd09fcbb0156d4c2041b8a3bfbcd961cd1567f";

/** Does for every packet that one chain has sent what verifiers and executor do on the other. Returns how many there were. */
export async function deliver(
  from: { url: string; planned: PlannedChain },
  to: { url: string; planned: PlannedChain },
): Promise<number> {
  const { endpoint: source, confirmations } = from.planned.layerZero;
  const { endpoint, receiveLibrary, verifiers } = to.planned.layerZero;
  const filter = { address: source, topics: [PACKET_SENT], fromBlock: "0x0", toBlock: "latest" };
  const logs = await rpc<{ data: Hex }[]>(from.url, "eth_getLogs", [filter]);
  const { endpoint: endpointArtifact, receiveLibrary: libraryArtifact } = layerZeroArtifacts();
  for (const { data } of logs) {
    const { header, payloadHash, srcEid, sender, nonce, receiver, guid, message } = decodePacketSent(data);
    const library = (functionName: string, args: unknown[]) =>
      encodeFunctionData({ abi: libraryArtifact.abi as Abi, functionName, args });
    for (const { receive } of verifiers) {
      const verified = library("verify", [header, payloadHash, BigInt(confirmations)]);
      await sendAs(to.url, receive, receiveLibrary, verified);
    }
    const stranger = localAccount(22).address;
    await sendAs(to.url, stranger, receiveLibrary, library("commitVerification", [header, payloadHash]));
    const received = encodeFunctionData({
      abi: endpointArtifact.abi as Abi,
      functionName: "lzReceive",
      args: [{ srcEid, sender, nonce }, receiver, guid, message, "0x"],
    });
    await sendAs(to.url, stranger, endpoint, received);
  }
  return logs.length;
}

/** Sends a transaction as any account, with a contract or without. */
export async function sendAs(url: string, from: Address, to: Address, data: Hex): Promise<void> {
  await rpc(url, "anvil_impersonateAccount", [from]);
  await rpc(url, "anvil_setBalance", [from, toHex(10n ** 18n)]);
  await succeeded(url, await rpc<Hex>(url, "eth_sendTransaction", [{ from, to, data, gas: toHex(3_000_000) }]));
  await rpc(url, "anvil_stopImpersonatingAccount", [from]);
}
