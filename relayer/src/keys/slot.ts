import type { Deployment } from "@keystoneos/protocol";
import type { Key } from "./key.ts";
import { openKeystore } from "./keystore.ts";
import { kmsKey } from "./kms.ts";
import { localKey } from "./local.ts";
import { remoteKey } from "./remote.ts";
import { readSecretFile, readSecretLine } from "./secret-file.ts";
import type { KeySource, KeySources } from "./source.ts";

export type KeyRole = "gas" | "attester" | "operator";

/** A key that is configured: opened when it is first asked for, and kept from then on. */
export class KeySlot {
  readonly role: KeyRole;
  /** The variable that names it. */
  readonly variable: string;
  /** Its place among several of the variable, empty where it is the only one. */
  readonly entry: string;
  readonly #open: () => Promise<Key>;
  #key: Promise<Key> | null = null;

  constructor(role: KeyRole, variable: string, entry: string, open: () => Promise<Key>) {
    this.role = role;
    this.variable = variable;
    this.entry = entry;
    this.#open = open;
  }

  /** For people: `RELAYER_KEYS, entry 2`. */
  get name(): string {
    return this.entry === "" ? this.variable : `${this.variable}, ${this.entry}`;
  }

  /** Throws KeyError, or SignerUnavailable; then it may be asked again. */
  open(): Promise<Key> {
    this.#key ??= this.#open().catch((error: unknown) => {
      this.#key = null;
      throw error;
    });
    return this.#key;
  }

  /** Throws as `open` does when the key's holder would not sign now. */
  async check(): Promise<void> {
    const isOpen = this.#key !== null;
    const key = await this.open();
    if (isOpen) await key.check();
  }
}

export interface KeySlots {
  /** At least one. */
  gas: KeySlot[];
  attester: KeySlot;
  operator: KeySlot | null;
}

/** The keys of a configuration, none of them opened yet. Attestations and MANUAL steps are for the coordinator's chain alone. */
export function keySlots({ keys, deployment }: { keys: KeySources; deployment: Deployment }): KeySlots {
  const everywhere = deployment.chains.map(({ chainId }) => chainId);
  const home = [deployment.coordinatorChainId];
  const entry = (index: number) => (keys.gas.length === 1 ? "" : `entry ${index + 1}`);
  const { attester, operator } = keys;
  return {
    gas: keys.gas.map(
      (source, index) => new KeySlot("gas", "RELAYER_KEYS", entry(index), () => openKey(source, everywhere)),
    ),
    attester: new KeySlot("attester", "ATTESTER_KEY", "", () => openKey(attester, home)),
    operator: operator === null ? null : new KeySlot("operator", "OPERATOR_KEY", "", () => openKey(operator, home)),
  };
}

/** Every slot once. */
export function slotsIn({ gas, attester, operator }: KeySlots): KeySlot[] {
  return operator === null ? [...gas, attester] : [...gas, attester, operator];
}

/** Opens one key to sign for these chains. Throws KeyError or SignerUnavailable. */
export async function openKey(source: KeySource, chainIds: readonly number[]): Promise<Key> {
  switch (source.kind) {
    case "env":
      return localKey(source.privateKey);
    case "keystore": {
      const password = await readSecretLine("password-file", source.passwordFile);
      return localKey(await openKeystore(await readSecretFile("the keystore", source.file), password));
    }
    case "aws-kms":
      return kmsKey(source);
    case "remote":
      return remoteKey(source, chainIds);
  }
}
