import { expect } from "chai";
import { screenTrade } from "../../support/checks.ts";
import type { Json } from "../../support/client.ts";
import { matchTrade } from "../../support/trades.ts";
import { useWorld } from "../../support/world.ts";

describe("GET /v1/compliance-checks 422", () => {
  const world = useWorld();

  it("names the field at fault, and takes no cursor of another order", async () => {
    const trade = await matchTrade(world());
    await screenTrade(world(), trade, { seller_entity: "flagged", seller_wallet: "flagged" });
    const { token } = trade.seller;
    const cursorOf = async (query: string) =>
      (await world().call("GET", `/v1/compliance-checks?${query}`, { token })).body.next_cursor as string;
    const [newest, queue] = [await cursorOf("limit=1"), await cursorOf("limit=1&status=flagged")];
    const faults: [query: string, field: string, type: string][] = [
      ["settlement_id=none", "settlement_id", "string_pattern_mismatch"],
      ["status=decided", "status", "enum"],
      ["check_type=person", "check_type", "enum"],
      ["provider=", "provider", "string_too_short"],
      ["limit=201", "limit", "less_than_equal"],
      ["party=x", "party", "extra_forbidden"],
      ["cursor=none", "cursor", "value_error"],
      ["status=flagged&cursor=none", "cursor", "value_error"],
      [`status=flagged&cursor=${newest}`, "cursor", "value_error"],
      [`cursor=${queue}`, "cursor", "value_error"],
      [`status=flagged&offset=1&cursor=${queue}`, "cursor", "value_error"],
    ];
    for (const [query, field, type] of faults) {
      const { status, body } = await world().call("GET", `/v1/compliance-checks?${query}`, { token });
      expect(status, query).to.equal(422);
      expect(
        body.detail.map(({ loc, type }: Json) => [loc, type]),
        query,
      ).to.deep.equal([[["query", field], type]]);
    }
  });
});
