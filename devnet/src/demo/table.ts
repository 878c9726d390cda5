import type { DemoResult } from "./run.ts";

/** The demo's result for a terminal: one row for each settlement, then every difference found. */
export function renderTable({ report, problems }: DemoResult): string {
  const head = ["settlement", "template", "expected", "actual", "legs", "transactions", "gas", "time"];
  const rows = report.settlements.map((settlement) => [
    settlement.name,
    settlement.template,
    settlement.expected,
    settlement.actual,
    settlement.legs.map(({ status }) => status).join(", "),
    String(settlement.transactions.length),
    settlement.transactions.reduce((sum, { gasUsed }) => sum + gasUsed, 0).toLocaleString("en-US"),
    seconds(settlement.durationMs),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const verdict = report.ok
    ? `All ${report.settlements.length} ended as they must, in ${seconds(report.durationMs)} from the first process start.`
    : `${problems.length} differences:`;
  return [
    line(head),
    line(widths.map((width) => "-".repeat(width))),
    ...rows.map(line),
    "",
    "Balances were read over RPC, transactions and gas from the blocks; no effect was bought twice, and a message was",
    "sent again only while the earlier copy was missing.",
    "",
    verdict,
    ...problems.map(({ scenario, problem }) => `- ${scenario}: ${problem}`),
  ].join("\n");
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
