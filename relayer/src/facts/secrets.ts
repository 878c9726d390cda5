import { entityCommitment, type Terms, walletCommitment } from "@keystoneos/protocol";
import { openSecret, type Row, type SecretKeyring, type StoreError } from "@keystoneos/store";
import type { Hex } from "viem";
import type { Logger } from "../log.ts";
import type { CheckType } from "./types.ts";

export type PartyRow = Row<"party"> & { platform_slug: string };
export type SecretRow = Row<"commitment_secret">;

/**
 * Opens the secrets that the platform holds and says whether the commitment in the terms opens to what we screen. An attester's word is
 * about the commitment: without this check a wallet could be screened and another one paid.
 */
export class SecretBook {
  readonly #keyring: SecretKeyring;
  readonly #log: Logger;
  /** By party and kind; a commitment never changes, so neither does the answer while the secret is there. */
  readonly #verified = new Map<string, boolean>();

  constructor(keyring: SecretKeyring, log: Logger) {
    this.#keyring = keyring;
    this.#log = log;
  }

  open(row: SecretRow): Hex {
    return openSecret(this.#keyring, { settlementId: row.settlement_id, partyId: row.party_id, kind: row.kind }, row);
  }

  /** Whether the secret opens the commitment at the party's position of the terms. A mismatch is logged once. */
  opens(row: SecretRow, party: PartyRow, terms: Terms): boolean {
    const key = `${row.party_id}:${row.kind}`;
    const known = this.#verified.get(key);
    if (known !== undefined) return known;
    const verified = this.#check(row, party, terms);
    if (this.#verified.size >= 20_000) this.#verified.clear();
    this.#verified.set(key, verified);
    return verified;
  }

  #check(row: SecretRow, party: PartyRow, terms: Terms): boolean {
    const where = { settlementId: row.settlement_id, partyId: row.party_id, kind: row.kind };
    try {
      const secret = this.open(row);
      const commitment =
        row.kind === "wallet" ? walletCommitment(secret, party.wallet_address) : entityOf(secret, party);
      if (commitment === terms.parties[positionOf(party, row.kind)]) return true;
      this.#log.error(
        where,
        "a commitment does not open to the party it stands for; it is neither attested nor revealed",
      );
    } catch (error) {
      this.#log.error({ ...where, error: (error as StoreError).message }, "a secret cannot be used");
    }
    return false;
  }
}

/** Where a party's commitment stands in `terms.parties`. */
export function positionOf(party: { position: number }, kind: CheckType): number {
  return 2 * party.position + (kind === "wallet" ? 1 : 0);
}

function entityOf(secret: Hex, party: PartyRow): Hex {
  const { external_reference, name, platform_slug } = party;
  return entityCommitment(secret, { external_reference, name: name ?? "", platform: platform_slug });
}
