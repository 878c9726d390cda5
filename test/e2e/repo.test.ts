import { expect } from "chai";
import pg from "pg";
import type { Settlement } from "../../devnet/src/demo/api-shapes.ts";
import { fixedClosing } from "../../devnet/src/demo/closing.ts";
import { type Context, type Scenario, twoChains } from "../../devnet/src/demo/context.ts";
import { readDepositInfo } from "../../devnet/src/demo/deposit.ts";
import { conclude } from "../../devnet/src/demo/outcome.ts";
import { type DemoResult, runDemo } from "../../devnet/src/demo/run.ts";
import { deliver } from "../../devnet/src/demo/scenarios/delivery.ts";
import { agree, reach, type TradeSpec } from "../../devnet/src/demo/trade.ts";
import { until } from "../../devnet/src/demo/wait.ts";
import { sharedWorld, type World } from "./support/world.ts";

/** The least time that a closing may have after its maturity on one chain. */
const CLOSING_SECONDS = 60;

/** The way back of a repo that comes to its good end is in the demo; here are the two that do not. */
describe("a repo whose way back is not taken", function () {
  this.timeout(300_000);
  let world: World;
  let db: pg.Pool;
  let result: DemoResult;
  const openings = new Map<string, Settlement>();

  before(async () => {
    world = await sharedWorld();
    db = new pg.Pool({ connectionString: world.databaseUrl });
    db.on("error", () => {});
    await setClosingSeconds(CLOSING_SECONDS);
    result = await runDemo(world, { scenarios: [voided, defaulted] });
    await setClosingSeconds(3600);
  });
  after(() => db?.end());

  const setClosingSeconds = (seconds: number) =>
    db.query("UPDATE keystone.environment SET default_timeout_seconds = $1", [seconds]);

  const specOf = ({ world }: Context, timeoutSeconds: number): TradeSpec => {
    const { home } = twoChains(world);
    return {
      template: "dvp-standard",
      transfers: [
        { from: "seller", alias: "KBOND", chainId: home, quantity: "3" },
        { from: "buyer", alias: "TUSDC", chainId: home, quantity: "2900" },
      ],
      timeoutSeconds,
      repo: { maturitySeconds: timeoutSeconds + 1, repaymentAmount: "2901" },
    };
  };

  /** Waits for the end that nobody has to do anything for. */
  const timedOut = async (context: Context, closing: Settlement) => {
    await reach(context, closing, ["TIMED_OUT", "ROLLED_BACK", "FINALIZED"], 150_000);
    return (await conclude(context, closing, "TIMED_OUT", () => "pending")).outcome;
  };

  const voided: Scenario = {
    name: "void",
    title: "the opening is rolled back, so the closing can never open",
    expected: "TIMED_OUT",
    run: async (context) => {
      const opening = await agree(context, { ...specOf(context, 30), buyerName: context.world.blockedName });
      openings.set("void", opening);
      const closing = await fixedClosing(context, opening);
      await reach(context, opening, ["ROLLED_BACK", "TIMED_OUT", "FINALIZED"], 60_000);
      const early = await statusOf(context, opening);
      const outcome = await timedOut(context, closing);
      if (early !== "void") outcome.problems.push(`the closing was ${early} after the rollback`);
      return outcome;
    },
  };

  const defaulted: Scenario = {
    name: "default",
    title: "nobody pays back",
    expected: "TIMED_OUT",
    run: async (context) => {
      const spec = specOf(context, 45);
      const matched = Promise.withResolvers<Settlement>();
      const there = await deliver(context, {
        spec,
        afterMatch: async (settlement) => {
          matched.resolve(settlement);
          await fixedClosing(context, settlement);
        },
      });
      const opening = await matched.promise;
      openings.set("default", opening);
      const closing = await fixedClosing(context, opening);
      const refusal = await readDepositInfo(context, closing, "seller", 0).catch((error: Error) => error);
      await reach(context, closing, ["AWAITING_DEPOSITS"], 90_000);
      const outcome = await timedOut(context, closing);
      outcome.problems.push(...there.problems);
      if (!(refusal instanceof Error)) outcome.problems.push("the closing took deposits before its maturity");
      return outcome;
    },
  };

  async function statusOf(context: Context, { id }: Settlement): Promise<string | undefined> {
    const shown = await context.platforms.buyer.get<Settlement>(`/settlements/${id}`);
    return shown.repo_metadata?.closing_status;
  }

  it("comes to its end on the chain alone, with every balance right", () => {
    expect(result.problems).to.deep.equal([]);
    expect(result.report.settlements.map(({ name, actual }) => [name, actual])).to.deep.equal([
      ["void", "TIMED_OUT"],
      ["default", "TIMED_OUT"],
    ]);
  });

  /** The events of the way back as both sides are told them, once the courier has recorded the last one. */
  async function told(name: string): Promise<Record<string, string[]>> {
    const id = openings.get(name)?.repo_metadata?.closing_settlement_id as string;
    return until(
      () => `the events of ${name}`,
      60_000,
      async () => {
        const { rows } = await db.query<{ slug: string; events: string[] }>(
          `SELECT platform.slug, array_agg(event.event ORDER BY event.position) AS events
           FROM keystone.event JOIN keystone.environment ON environment.id = event.environment_id
           JOIN keystone.platform ON platform.id = environment.platform_id
           WHERE event.settlement_id = $1 GROUP BY platform.slug`,
          [id],
        );
        const names = Object.fromEntries(rows.map(({ slug, events }) => [slug, events]));
        const done = world.clients.every(({ platform }) => names[platform]?.includes("settlement.state.timed_out"));
        return done ? names : undefined;
      },
    );
  }

  it("is told to both sides as a default where the repo was opened, and as a mere timeout where it never was", async () => {
    const late = await told("default");
    for (const { platform: slug } of world.clients) {
      expect(late[slug]?.filter((event) => !event.includes(".compliance."))).to.deep.equal([
        "settlement.state.awaiting_maturity",
        "settlement.state.instructed",
        "settlement.repo.matured",
        "settlement.state.compliance_checking",
        "settlement.state.compliance_cleared",
        "settlement.state.awaiting_deposits",
        "settlement.state.timed_out",
        "settlement.repo.closing_timed_out",
      ]);
      expect(late[slug]).to.include("settlement.compliance.cleared");
    }
    const never = await told("void");
    for (const { platform: slug } of world.clients) {
      expect(never[slug]).to.deep.equal(["settlement.state.awaiting_maturity", "settlement.state.timed_out"]);
    }
  });

  it("has its parties screened anew, and its secrets forgotten at its own end", async () => {
    const id = openings.get("default")?.repo_metadata?.closing_settlement_id as string;
    const { rows: checks } = await db.query<{ status: string }>(
      "SELECT status FROM keystone.compliance_check WHERE settlement_id = $1",
      [id],
    );
    expect(checks.map(({ status }) => status)).to.deep.equal(["pass", "pass", "pass", "pass"]);
    await until(
      () => "the secrets forgotten and the intents closed",
      60_000,
      async () => {
        const closings = [...openings.values()].map(
          ({ repo_metadata }) => repo_metadata?.closing_settlement_id as string,
        );
        const { rows: left } = await db.query(
          `SELECT settlement_id FROM keystone.commitment_secret WHERE settlement_id = ANY($1)
           UNION ALL SELECT settlement_id FROM keystone.intent WHERE settlement_id = ANY($1) AND status = 'open'`,
          [closings],
        );
        return left.length === 0 || undefined;
      },
    );
  });
});
