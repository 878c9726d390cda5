import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Terms, termsFromJson } from "@keystoneos/protocol";
import { connect, openSecret, type Store, secretKeyring } from "@keystoneos/store";
import type { Hex } from "viem";
import { fire, type Shot } from "../api/load.ts";
import type { BenchWorld } from "../api/world.ts";
import type { Pair, Trade } from "./parties.ts";

/** Where the two legs of a trade are: both on the coordinator's chain, or the asset there and the payment on the other. */
export type Kind = "same-chain" | "cross-chain";

const SUBMITTED_AT_ONCE = 8;

/** Trades as two platforms make them, by the API. */
export class Trades {
  readonly db: Store;
  readonly #bench: BenchWorld;
  readonly #keyring: ReturnType<typeof secretKeyring>;
  #made = 0;

  private constructor(bench: BenchWorld, keyring: ReturnType<typeof secretKeyring>) {
    this.#bench = bench;
    this.#keyring = keyring;
    this.db = connect({ databaseUrl: bench.world.databaseUrl });
  }

  static async open(bench: BenchWorld): Promise<Trades> {
    const { secretsKey } = JSON.parse(await readFile(join(bench.world.dir, "secrets.json"), "utf8"));
    return new Trades(bench, secretKeyring("local", secretsKey));
  }

  /** Submits the sellers' instructions; what comes back are the buyers', each of which makes a settlement. */
  async prepare(kinds: readonly Kind[], pairs: readonly Pair[]): Promise<Shot[]> {
    const shots: Shot[] = [];
    const rest = kinds.entries();
    const submit = async () => {
      for (const [index, kind] of rest) shots[index] = await this.#first(kind, pairs[index % pairs.length] as Pair);
    };
    await Promise.all(Array.from({ length: SUBMITTED_AT_ONCE }, submit));
    return shots;
  }

  /** Submits an instruction that `prepare` has made. Resolves to the settlement's id. */
  async match(shot: Shot): Promise<string> {
    const { text } = await submit(shot);
    const { settlement_id } = JSON.parse(text) as { settlement_id?: string | null };
    if (settlement_id == null) throw new Error(text);
    return settlement_id;
  }

  /** What was agreed in each settlement, and when it was matched, milliseconds since 1970. */
  async matched(ids: readonly string[]): Promise<{ hash: Hex; terms: Terms; at: number }[]> {
    const rows = await this.db
      .selectFrom("keystone.settlement")
      .select(["settlement_hash", "terms", "created_at"])
      .where("id", "in", ids)
      .execute();
    return rows.map((row) => ({
      hash: row.settlement_hash,
      terms: termsFromJson(row.terms),
      at: row.created_at.getTime(),
    }));
  }

  /** What the parties of these settlements deposit with. */
  async read(hashes: readonly Hex[]): Promise<Trade[]> {
    const rows = await this.db
      .selectFrom("keystone.settlement as s")
      .innerJoin("keystone.party as p", "p.settlement_id", "s.id")
      .innerJoin("keystone.commitment_secret as c", "c.party_id", "p.id")
      .select(["s.settlement_hash", "s.terms", "p.position", "p.wallet_address"])
      .select(["c.settlement_id", "c.party_id", "c.key_id", "c.nonce", "c.ciphertext"])
      .where("s.settlement_hash", "in", hashes)
      .where("c.kind", "=", "wallet")
      .execute();
    return [...Map.groupBy(rows, (row) => row.settlement_hash)].map(([hash, own]) => ({
      hash,
      terms: termsFromJson(own[0]?.terms),
      openings: new Map(
        own.map((row) => {
          const owner = { settlementId: row.settlement_id, partyId: row.party_id, kind: "wallet" as const };
          const secret = openSecret(this.#keyring, owner, row);
          return [2 * row.position + 1, { wallet: row.wallet_address, secret }];
        }),
      ),
    }));
  }

  async #first(kind: Kind, { seller, buyer }: Pair): Promise<Shot> {
    const { world, environments } = this.#bench;
    const [one, other] = environments.map(({ token }) => token) as [string, string];
    const home = world.deployment.coordinatorChainId;
    const away = world.chains.find(({ chainId }) => chainId !== home)?.chainId;
    const timeout_at = new Date(Math.ceil(Date.now() / 1000 + 7200) * 1000).toISOString();
    const shot = (side: "seller" | "buyer", reference?: string): Shot => {
      const direction = (of: typeof side) => (of === side ? "deliver" : "receive");
      const body = JSON.stringify({
        template_slug: kind === "same-chain" ? "dvp-standard" : "dvp-cross-chain",
        role: side,
        party: {
          external_reference: side,
          name: `Bench ${side}`,
          wallet_address: side === "seller" ? seller : buyer,
        },
        legs: [
          { instrument_id: "KBOND", quantity: "1", chain_id: home, direction: direction("seller") },
          {
            instrument_id: "TUSDC",
            quantity: "100",
            chain_id: kind === "same-chain" ? home : away,
            direction: direction("buyer"),
          },
        ],
        timeout_at,
        idempotency_key: `relayer-${process.pid}-${this.#made++}`,
        ...(reference === undefined ? {} : { trade_reference: reference }),
      });
      return { method: "POST", url: `${world.apiUrl}/instructions`, token: side === "seller" ? one : other, body };
    };
    const { status, text } = await submit(shot("seller"));
    if (status !== 201) throw new Error(text);
    return shot("buyer", (JSON.parse(text) as { trade_reference: string }).trade_reference);
  }
}

/** Once more where a kept connection was just being closed: its key makes an instruction one, however often it is sent. */
function submit(shot: Shot): ReturnType<typeof fire> {
  return fire(shot).catch(() => fire(shot));
}
