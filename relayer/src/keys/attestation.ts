import { isDeepStrictEqual } from "node:util";
import { attestationTypedData, attestationTypes } from "@keystoneos/protocol";
import { type Address, type Hex, isAddress, isAddressEqual } from "viem";
import { z } from "zod";
import { KeyError } from "../errors.ts";
import type { AttestationTypedData } from "./types.ts";

const bytes32 = z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{64}$/.test(value), {
  message: "must be 32 bytes of hex",
});

/**
 * Lets through what the registry takes as an attestation and nothing else, so that whoever can make the relayer sign (a fault in a plan, a
 * row that was tampered with) cannot have the attester's key sign a permit, an order or a waiver. What comes out is built anew from the
 * message: nothing else of what came in is signed. Throws KeyError naming the first field at fault.
 */
export function attestationGuard(chainId: number, registry: Address): (typedData: unknown) => AttestationTypedData {
  const schema = z.strictObject({
    domain: z.strictObject({
      name: z.literal("KeyStone Compliance"),
      version: z.literal("1"),
      chainId: z.literal(BigInt(chainId)),
      verifyingContract: z.custom<Address>(
        (value) => typeof value === "string" && isAddress(value, { strict: false }) && isAddressEqual(value, registry),
        { message: "must be the deployment's registry" },
      ),
    }),
    types: z.custom<typeof attestationTypes>((value) => isDeepStrictEqual(value, attestationTypes), {
      message: "must be an attestation's",
    }),
    primaryType: z.literal("Attestation"),
    message: z
      .strictObject({
        settlementId: bytes32,
        parties: z.array(bytes32),
        // Revoked is no word that can be signed.
        statuses: z.array(z.int().min(0).max(3)),
        referenceHashes: z.array(bytes32),
        validUntil: z.int().min(0).max(0xffffffffff),
        sequence: z.bigint().min(0n).max(0xffffffffffffffffn),
      })
      .refine(({ parties, statuses, referenceHashes }) =>
        [statuses, referenceHashes].every(({ length }) => length === parties.length),
      ),
  });
  return (typedData) => {
    const result = schema.safeParse(typedData);
    if (!result.success) {
      const field = result.error.issues[0]?.path.join(".");
      throw new KeyError(
        `the attester signs attestations to its own registry only: ${field || "typed data"} is another`,
      );
    }
    return attestationTypedData({ chainId, registry, attestation: result.data.message });
  };
}
