import { type Address, keccak256, parseAbi } from "viem";
import type { Chain } from "./client.ts";
import type { Packet } from "./packet.ts";

/** What LayerZero's endpoint and ReceiveUln302 tell of who has vouched for a packet. */
const verificationAbi = parseAbi([
  "function getReceiveLibrary(address receiver, uint32 srcEid) view returns (address lib, bool isDefault)",
  "struct UlnConfig { uint64 confirmations; uint8 requiredDVNCount; uint8 optionalDVNCount; uint8 optionalDVNThreshold; address[] requiredDVNs; address[] optionalDVNs; }",
  "function getUlnConfig(address oapp, uint32 remoteEid) view returns (UlnConfig rtnConfig)",
  "function hashLookup(bytes32 headerHash, bytes32 payloadHash, address dvn) view returns (bool submitted, uint64 confirmations)",
]);

/**
 * The verifiers at the target that have not vouched for a packet with the confirmations that are asked for: all required ones, and the optional
 * ones while they are too few. Empty when all have, so that only the commit is missing, which anyone can make. Throws where the library is of
 * another kind.
 */
export async function silentVerifiers({ client, endpoint }: Chain, packet: Packet): Promise<Address[]> {
  const receiver: Address = `0x${packet.receiver.slice(-40)}`;
  const args = [receiver, packet.srcEid] as const;
  const abi = verificationAbi;
  const [library] = await client.readContract({ address: endpoint, abi, functionName: "getReceiveLibrary", args });
  const config = await client.readContract({ address: library, abi, functionName: "getUlnConfig", args });
  const silent = async (verifiers: readonly Address[]) => {
    const spoken = await Promise.all(
      verifiers.map((verifier) =>
        client.readContract({
          address: library,
          abi,
          functionName: "hashLookup",
          args: [keccak256(packet.header), packet.payloadHash, verifier],
        }),
      ),
    );
    return verifiers.filter((_, index) => {
      const [submitted, confirmations] = spoken[index] ?? [false, 0n];
      return !submitted || confirmations < config.confirmations;
    });
  };
  const [required, optional] = await Promise.all([silent(config.requiredDVNs), silent(config.optionalDVNs)]);
  const enough = config.optionalDVNs.length - optional.length >= config.optionalDVNThreshold;
  return enough ? required : [...required, ...optional];
}
