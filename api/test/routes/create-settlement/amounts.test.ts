import { expect } from "chai";
import fc from "fast-check";
import { AWAY, testDeployment } from "../../support/deployment.ts";
import { bond, cash } from "../../support/instructions.ts";
import { create, gives, settle } from "../../support/settlements.ts";
import { createTenant, type Tenant } from "../../support/tenants.ts";
import { useWorld } from "../../support/world.ts";

/** A decimal of so many fraction digits at most, and what it is in base units: told by its digits alone. */
const decimal = (decimals: number) =>
  fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.nat(decimals), fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }))
    .map(([whole, digits, rest]) => {
      const fraction = digits === 0 ? "" : (rest % 10n ** BigInt(digits)).toString().padStart(digits, "0");
      const text = fraction === "" ? String(whole) : `${whole}.${fraction}`;
      return { text, units: BigInt(`${whole}${fraction.padEnd(decimals, "0")}`) };
    })
    .filter(({ units }) => units > 0n);

describe("POST /v1/settlements, the amounts", function () {
  this.timeout(60_000);
  const world = useWorld();
  let tenant: Tenant;
  before(async () => {
    tenant = await createTenant(world());
  });

  it("are the quantities in base units, to the last digit", async () => {
    await fc.assert(
      fc.asyncProperty(decimal(18), decimal(6), async (asset, price) => {
        const legs = [gives("seller", bond({ quantity: asset.text })), gives("buyer", cash({ quantity: price.text }))];
        const { status, body } = await create(world(), tenant, settle({ legs }));
        expect(status, JSON.stringify(body)).to.equal(201);
        expect(body.terms.legs.map(({ amount }: { amount: string }) => BigInt(amount))).to.deep.equal([
          asset.units,
          price.units,
        ]);
        expect(body.legs.map(({ quantity }: { quantity: string }) => quantity)).to.deep.equal([asset.text, price.text]);
      }),
      { numRuns: 60 },
    );
  });

  it("bear the fee as the mode says: 25 hundredths of a percent, rounded down, out of what is locked", async () => {
    const recipient = testDeployment().templates.fee_recipients[String(AWAY)];
    const mode = fc.constantFrom("seller_pays", "buyer_pays", "split", undefined);
    // Small ones too: a fee that rounds to nothing is none.
    const price = fc.oneof(
      decimal(6),
      fc.integer({ min: 1, max: 2000 }).map((n) => ({ text: `0.${String(n).padStart(6, "0")}`, units: BigInt(n) })),
    );
    await fc.assert(
      fc.asyncProperty(price, mode, async ({ text, units }, fee_mode) => {
        const legs = [gives("seller", bond()), gives("buyer", cash({ quantity: text }))];
        const json = settle({ template_slug: "dvp-brokered", legs, fee_mode });
        const { status, body } = await create(world(), tenant, json);
        expect(status, JSON.stringify(body)).to.equal(201);
        const fee = (units * 25n) / 10_000n;
        const borne = { seller_pays: 0n, buyer_pays: fee, split: fee - fee / 2n }[fee_mode ?? "seller_pays"];
        const [asset, payment] = body.terms.legs;
        expect(BigInt(payment.amount)).to.equal(units + borne);
        expect(payment.fees).to.deep.equal(fee === 0n ? [] : [{ recipient, amount: fee.toString() }]);
        expect(asset.fees).to.deep.equal([]);
        expect(body.fee_mode).to.equal(fee_mode ?? "seller_pays");
      }),
      { numRuns: 60 },
    );
  });
});
