import type { TokenStandardName } from "@keystoneos/protocol";
import type { LegType, Store } from "@keystoneos/store";
import type { Address } from "viem";
import { looksLikeAddress } from "../../schemas/primitives.ts";

/** An instrument as an environment may name it: its own entry, or a global one. */
export interface RegistryEntry {
  own: boolean;
  alias: string;
  chain_id: number;
  token_address: Address;
  token_standard: TokenStandardName;
  decimals: number;
  leg_type: LegType | null;
  token_id: string | null;
}

/** A token that was read on chain before. */
interface KnownToken {
  chain_id: number;
  token_address: Address;
  token_standard: TokenStandardName;
  decimals: number;
}

/** Own entries come before global ones, older before newer. */
export interface Registry {
  entries: RegistryEntry[];
  tokens: KnownToken[];
}

/** Everything the database knows about these aliases and addresses, as this environment sees it. */
export async function findRegistry(db: Store, environmentId: string, instrumentIds: string[]): Promise<Registry> {
  const addresses = instrumentIds.filter(looksLikeAddress).map((id) => id.toLowerCase() as Address);
  const aliases = instrumentIds.filter((id) => !looksLikeAddress(id));
  const entries = await db
    .selectFrom("keystone.instrument")
    .selectAll()
    .where((eb) => eb.or([eb("environment_id", "=", environmentId), eb("environment_id", "is", null)]))
    .where((eb) =>
      eb.or([eb("alias", "=", eb.fn.any(eb.val(aliases))), eb("token_address", "=", eb.fn.any(eb.val(addresses)))]),
    )
    .orderBy((eb) => eb("environment_id", "is", null))
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  const tokens =
    addresses.length === 0
      ? []
      : await db.selectFrom("keystone.token").selectAll().where("address", "in", addresses).execute();
  return {
    entries: entries.map((row) => ({
      own: row.environment_id !== null,
      alias: row.alias,
      chain_id: Number(row.chain_id),
      token_address: row.token_address,
      token_standard: row.token_standard,
      decimals: row.decimals,
      leg_type: row.leg_type,
      token_id: row.token_id,
    })),
    tokens: tokens.map((row) => ({
      chain_id: Number(row.chain_id),
      token_address: row.address,
      token_standard: row.token_standard,
      decimals: row.decimals,
    })),
  };
}
