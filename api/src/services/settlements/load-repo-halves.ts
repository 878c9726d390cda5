import type { Row, StoreTransaction } from "@keystoneos/store";

/** The other half of a repo: of an opening its closing, of a closing its opening. */
export interface RepoHalf {
  id: string;
  /** `SettlementCreated` is indexed. */
  created: boolean;
  /** The indexed state; null before. */
  state: string | null;
  verdict: "none" | "execute" | "rollback";
}

/** The other halves of those settlements that are one of a repo, by their own ids. */
export async function loadRepoHalves(
  trx: StoreTransaction,
  rows: readonly Pick<Row<"settlement">, "id" | "settlement_category">[],
): Promise<Map<string, RepoHalf>> {
  const ids = rows.filter(({ settlement_category }) => settlement_category !== null).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const halves = await trx
    .selectFrom("keystone.settlement as one")
    .innerJoin("keystone.settlement as other", (join) =>
      join.on((eb) =>
        eb.or([
          eb("other.parent_settlement_id", "=", eb.ref("one.id")),
          eb("other.id", "=", eb.ref("one.parent_settlement_id")),
        ]),
      ),
    )
    .leftJoin("indexer.settlement as chain", (join) =>
      join
        .onRef("chain.settlement_hash", "=", "other.settlement_hash")
        .on((eb) => eb("chain.chain_id", "=", eb.cast<bigint>(eb.ref("other.terms", "->>").key("chainId"), "int8"))),
    )
    .select(["one.id as of", "other.id", "chain.created", "chain.state", "chain.verdict"])
    .where("one.id", "in", ids)
    .execute();
  return new Map(
    halves.map(({ of, id, created, state, verdict }) => [
      of,
      { id, created: created ?? false, state, verdict: verdict ?? "none" },
    ]),
  );
}
