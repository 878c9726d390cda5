import type { Row } from "@keystoneos/store";
import type { PartyRead } from "../../schemas/party.ts";
import { showAddress } from "../../schemas/primitives.ts";
import { showTime } from "../time.ts";
import type { LoadedSettlement } from "./load-settlements.ts";
import { isOwn, type RenderContext, walletIndex } from "./render-context.ts";

/** A party; of the other side only its name, and its wallet once everybody can see it on chain. */
export function renderParty(party: Row<"party">, loaded: LoadedSettlement, { caller }: RenderContext): PartyRead {
  const own = isOwn(caller, party);
  const showsWallet = own || isWalletPublic(party, loaded);
  return {
    id: party.id,
    role: party.role,
    platform_id: party.platform_id,
    environment_id: party.environment_id,
    status: "confirmed",
    name: party.name,
    external_reference: own ? party.external_reference : null,
    wallet_address: showsWallet ? showAddress(party.wallet_address) : null,
    chain_id: own && party.chain_id !== null ? Number(party.chain_id) : null,
    asset_provider: own ? party.asset_provider : null,
    entity_commitment: party.entity_commitment,
    wallet_commitment: party.wallet_commitment,
    open: party.open,
    confirmed_at: showTime(party.created_at),
    created_at: showTime(party.created_at),
    updated_at: showTime(party.updated_at),
  };
}

/** Whether some chain shows the wallet that opens this party's commitment. */
function isWalletPublic(party: Row<"party">, { row, chain }: LoadedSettlement): boolean {
  const index = walletIndex(party);
  const deposited = row.terms.legs.some((leg, i) => leg.from === index && chain.legs.get(i)?.depositor != null);
  return deposited || chain.wallets.some((wallet) => wallet.party_index === index);
}
