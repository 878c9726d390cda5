import {
  entityCommitment,
  hashTerms,
  randomSecret,
  type Terms,
  termsToJson,
  walletCommitment,
} from "@keystoneos/protocol";
import { type Store, sealSecret, secretKeyring } from "@keystoneos/store";
import { sampleDeployment } from "../../../packages/store/test/deployment.ts";
import { dvp, leg } from "./facts.ts";
import { storeSettlement } from "./rows.ts";

export const keyring = secretKeyring("test", "11".repeat(32));
const names = ["Alpine Bank AG", "KEYSTONE TEST BLOCKED 01"];

/** A settlement as the api leaves it: real commitments, sealed secrets, terms of the sample deployment. */
export async function storeAgreed(db: Store, changes: Partial<Terms> = {}) {
  const { contracts, templates } = sampleDeployment();
  const parties = names.map((name, position) => ({
    name,
    position,
    wallet: `0x${String(position + 1).repeat(40)}` as const,
    secrets: { entity: randomSecret(), wallet: randomSecret() },
  }));
  const base = dvp(11155111, 84532);
  const terms: Terms = {
    ...base,
    coordinator: contracts.coordinator,
    attesters: templates.attesters,
    legs: [leg(11155111, 1, 3), leg(84532, 3, 1)].map((one) => ({ ...one, escrow: contracts.escrow })),
    ...changes,
  };
  const stored = await storeSettlement(db, terms);
  const { platform_id, environment_id, slug } = await db
    .selectFrom("keystone.settlement as s")
    .innerJoin("keystone.platform as p", "p.id", "s.platform_id")
    .select(["s.platform_id", "s.environment_id", "p.slug"])
    .where("s.id", "=", stored.settlementId)
    .executeTakeFirstOrThrow();
  const commitments = parties.map(({ name, wallet, secrets }) => ({
    entity: entityCommitment(secrets.entity, { external_reference: "ref", name, platform: slug }),
    wallet: walletCommitment(secrets.wallet, wallet),
  }));
  const ref = `0x${stored.settlementId.replaceAll("-", "")}` as const;
  const final: Terms = {
    ...terms,
    ref,
    parties: commitments.flatMap(({ entity, wallet }) => [entity, wallet]),
    ...changes,
  };
  const settlementHash = hashTerms(final);
  await db
    .updateTable("keystone.settlement")
    .set({ terms: JSON.stringify(termsToJson(final)), settlement_hash: settlementHash })
    .where("id", "=", stored.settlementId)
    .execute();
  const ids: string[] = [];
  for (const [position, party] of parties.entries()) {
    const { entity = "0x", wallet = "0x" } = commitments[position] ?? {};
    const { id } = await db
      .insertInto("keystone.party")
      .values({
        settlement_id: stored.settlementId,
        position,
        role: position === 0 ? "seller" : "buyer",
        platform_id,
        environment_id,
        name: party.name,
        external_reference: "ref",
        wallet_address: party.wallet,
        entity_commitment: entity,
        wallet_commitment: wallet,
        open: false,
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    ids.push(id);
    for (const kind of ["entity", "wallet"] as const) {
      const owner = { settlementId: stored.settlementId, partyId: id, kind };
      const sealed = sealSecret(keyring, owner, party.secrets[kind]);
      await db
        .insertInto("keystone.commitment_secret")
        .values({ settlement_id: stored.settlementId, party_id: id, kind, ...sealed })
        .execute();
    }
  }
  return { ...stored, settlementHash, terms: final, partyIds: ids, secrets: parties.map((party) => party.secrets) };
}
