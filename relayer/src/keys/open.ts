import type { Deployment } from "@keystoneos/protocol";
import { type Address, isAddressEqual } from "viem";
import { ConfigError, KeyError, SignerUnavailable } from "../errors.ts";
import { attestationGuard } from "./attestation.ts";
import type { Key } from "./key.ts";
import { type KeyRole, type KeySlot, type KeySlots, slotsIn } from "./slot.ts";
import type { AttestationSigner, TransactionSigner } from "./types.ts";

export interface Keys {
  /** At least one. */
  gas: TransactionSigner[];
  attester: AttestationSigner;
  /** Null where this relayer takes no MANUAL steps. */
  operator: TransactionSigner | null;
}

/** Told of every signature: how long it took, and what came of it. */
export type ObserveSigning = (
  labels: { role: KeyRole; outcome: "signed" | "unavailable" | "refused" },
  seconds: number,
) => void;

/**
 * Opens every key, each behind the one thing that its role may do. Throws ConfigError naming the variable when a key cannot be used or
 * would have two powers, SignerUnavailable when a holder does not answer: then it may be called again.
 */
export async function openKeys(slots: KeySlots, deployment: Deployment, observe: ObserveSigning): Promise<Keys> {
  const opened = new Map(
    await Promise.all(
      slotsIn(slots).map(async (slot) => {
        const key = await slot.open().catch((error: unknown) => {
          throw error instanceof KeyError ? faultOf(slot, error.message) : about(slot, error);
        });
        return [slot, key] as const;
      }),
    ),
  );
  checkPowers(deployment.templates.operator, opened);

  const keyOf = (slot: KeySlot) => opened.get(slot) as Key;
  const sender = (slot: KeySlot): TransactionSigner => {
    const key = keyOf(slot);
    const { address } = key;
    return {
      address,
      signTransaction: (transaction) => observed(observe, slot, () => key.signTransaction(transaction)),
    };
  };
  const guard = attestationGuard(deployment.coordinatorChainId, deployment.contracts.registry);
  const attester = keyOf(slots.attester);
  return {
    gas: slots.gas.map(sender),
    attester: {
      address: attester.address,
      signTypedData: (typedData) =>
        observed(observe, slots.attester, async () => attester.signTypedData(guard(typedData))),
    },
    operator: slots.operator === null ? null : sender(slots.operator),
  };
}

/** One key, one power: who pays gas does not attest, and neither takes an operator's steps. */
function checkPowers(templatesOperator: Address, opened: ReadonlyMap<KeySlot, Key>): void {
  const seen = new Map<Address, KeySlot>();
  for (const [slot, { address }] of opened) {
    const twin = seen.get(address);
    if (twin !== undefined) throw faultOf(slot, `must not be the same key as ${twin.name}`);
    seen.set(address, slot);
    const isOperator = isAddressEqual(address, templatesOperator);
    if (slot.role === "operator" && !isOperator) throw faultOf(slot, "must be the key of the templates' operator");
    if (slot.role !== "operator" && isOperator) throw faultOf(slot, "must not be the templates' operator");
  }
}

function faultOf({ variable, entry }: KeySlot, message: string): ConfigError {
  return new ConfigError(variable, entry === "" ? message : `${entry}: ${message}`);
}

async function observed<T>(observe: ObserveSigning, slot: KeySlot, sign: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const done = (outcome: "signed" | "unavailable" | "refused") =>
    observe({ role: slot.role, outcome }, (performance.now() - start) / 1000);
  try {
    const signature = await sign();
    done("signed");
    return signature;
  } catch (error) {
    done(error instanceof SignerUnavailable ? "unavailable" : "refused");
    throw about(slot, error);
  }
}

/** The same error, with the name of the key that it is about. */
function about({ name }: KeySlot, error: unknown): unknown {
  if (error instanceof SignerUnavailable) return new SignerUnavailable(`${name}: ${error.message}`, { cause: error });
  if (error instanceof KeyError) return new KeyError(`${name}: ${error.message}`, { cause: error });
  return error;
}
