import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { expect } from "chai";
import { parse } from "yaml";
import { createApiMetrics, createCourierMetrics } from "../../api/src/metrics.ts";
import { localAccount } from "../../devnet/src/keys.ts";
import { connect } from "../../packages/store/src/index.ts";
import { sampleDeployment } from "../../packages/store/test/deployment.ts";
import type { Registry } from "../../packages/telemetry/src/index.ts";
import { DueBook } from "../../relayer/src/gauges/due.ts";
import { registerGauges } from "../../relayer/src/gauges/register.ts";
import { SilenceBook } from "../../relayer/src/gauges/silence.ts";
import { createLogger } from "../../relayer/src/log.ts";
import { createMetrics, rpcMetrics } from "../../relayer/src/metrics.ts";
import { readSettings } from "../../relayer/src/pipeline/config.ts";
import { createPipeline } from "../../relayer/src/pipeline/create.ts";
import { root } from "./support/repository.ts";

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

const file = parse(readFileSync(join(root, "ops/alerts.yml"), "utf8")) as { groups: { name: string; rules: Rule[] }[] };
const rules = file.groups.flatMap((group) => group.rules);

/** What the processes register, as they do it when they start; nothing is read from the database. */
async function registered(): Promise<Map<string, readonly string[]>> {
  const db = connect({ databaseUrl: "postgres://127.0.0.1:1/nowhere" });
  const relayer = createMetrics(db, () => []).registry;
  rpcMetrics(relayer, new Map());
  const signers = { gas: [localAccount("relayer")], attester: localAccount("attester"), operator: null };
  const parts = { db, chains: new Map(), log: createLogger("silent"), signers, registry: relayer };
  createPipeline(parts, { deployment: sampleDeployment(), pipeline: readSettings({}, []) });
  registerGauges(relayer, db, { due: new DueBook(), silence: new SilenceBook(), loop: { lastPass: null } });
  const api = createApiMetrics({ db, streams: { count: 0 } as never }).registry;
  const all: Registry[] = [relayer, api, createCourierMetrics(db).registry];
  await db.destroy();
  return new Map(all.flatMap((registry) => [...registry.registered]));
}

/** Metrics of an expression with the labels that it asks them for, by selector and by grouping; null where it is no PromQL. */
function asked(expr: string): { metrics: string[]; labels: string[] } | null {
  const found = { metrics: [] as string[], labels: [] as string[] };
  let broken = false;
  parser.parse(expr).iterate({
    enter({ name, from, to, type }) {
      const text = expr.slice(from, to);
      if (type.isError) broken = true;
      if (name === "Identifier") found.metrics.push(text);
      if (name === "LabelName") found.labels.push(text);
    },
  });
  return broken ? null : found;
}

/** What is wrong with a rule, given what is registered. */
function faults({ alert, expr, labels, annotations }: Rule, known: ReadonlyMap<string, readonly string[]>): string[] {
  const used = asked(expr);
  if (used === null || used.metrics.length === 0) return [`${alert}: ${expr} is no expression of metrics`];
  const present = used.metrics.flatMap((metric) => known.get(metric) ?? []);
  const shown = [
    ...Object.values(annotations)
      .join(" ")
      .matchAll(/\$labels\.(\w+)/g),
  ].map(([, label]) => label ?? "");
  return [
    ...used.metrics.filter((metric) => !known.has(metric)).map((metric) => `${alert}: nobody registers ${metric}`),
    ...[...used.labels, ...shown]
      .filter((label) => !present.includes(label))
      .map((label) => `${alert}: ${used.metrics.join(", ")} has no label ${label}`),
    ...(["page", "ticket"].includes(labels.severity ?? "") ? [] : [`${alert}: severity must be page or ticket`]),
    ...(annotations.summary ? [] : [`${alert}: has no summary`]),
    ...(hasSection(annotations.runbook_url) ? [] : [`${alert}: no section is at ${annotations.runbook_url}`]),
  ];
}

function hasSection(url = ""): boolean {
  const [path = "", anchor = ""] = url.split("#");
  return anchor !== "" && existsSync(join(root, path)) && anchorsOf(path).includes(anchor);
}

/** As GitHub makes them of headings. */
function anchorsOf(path: string): string[] {
  const headings = [...readFileSync(join(root, path), "utf8").matchAll(/^## (.+)$/gm)];
  return headings.map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

/** Metrics that a text names, of a histogram's parts the whole. What ends in `_id` is a claim of a token. */
function metricsIn(text: string): Set<string> {
  return new Set([...text.matchAll(/\bkeystone_\w+(?<!_id)\b/g)].map(([name]) => whole(name)));
}

function whole(name: string): string {
  return name.replace(/_seconds_(count|sum|bucket)$/, "_seconds");
}

describe("ops/alerts.yml", function () {
  this.timeout(30_000);
  let known: Map<string, readonly string[]>;
  before(async () => {
    known = await registered();
  });

  it("is one group of alerts, each named once", () => {
    expect(file.groups).to.have.length(1);
    expect(rules.length).to.be.greaterThan(10);
    expect(new Set(rules.map(({ alert }) => alert)).size).to.equal(rules.length);
    for (const rule of rules) expect(rule.for ?? "1m", rule.alert).to.match(/^\d+[mh]$/);
  });

  it("asks for metrics that are registered, by labels that they have, and names a runbook that there is", () => {
    expect(rules.flatMap((rule) => faults(rule, known))).to.deep.equal([]);
  });

  it("has an alert for every section, and sections that say all that is needed", () => {
    const named = new Set(rules.map(({ annotations }) => annotations.runbook_url?.split("#")[1]));
    expect(anchorsOf("docs/runbooks.md").filter((anchor) => !named.has(anchor))).to.deep.equal([]);
    const sections = readFileSync(join(root, "docs/runbooks.md"), "utf8").split(/^## /m).slice(1);
    for (const section of sections) {
      for (const part of ["Money", "Look", "Do", "Wake"]) {
        expect(section, section.split("\n")[0]).to.match(new RegExp(`^- \\*\\*${part}\\*\\*:`, "m"));
      }
    }
  });

  it("would notice a metric, a label, a section or an expression that there is not", () => {
    const [rule] = rules;
    if (rule === undefined) throw new Error("there is no rule");
    const faulty = (changes: Partial<Rule>) => faults({ ...rule, ...changes }, known);
    const annotations = (changes: object) => ({ annotations: { ...rule.annotations, ...changes } });
    expect(faulty({})).to.deep.equal([]);
    expect(faulty({ expr: "keystone_nothing > 0" })).to.include(`${rule.alert}: nobody registers keystone_nothing`);
    expect(
      faulty({ expr: 'max by (state_kind) (keystone_relayer_oldest_due_seconds{signer="x"}) > 0' }),
    ).to.have.length(1);
    expect(faulty({ expr: "max by (state_kind, chain_id) (keystone_relayer_oldest_due_seconds) > 0" })).to.have.length(
      1,
    );
    expect(faulty({ expr: "max by (state_kind (keystone_relayer_oldest_due_seconds) > 0" })).to.have.length(1);
    expect(faulty(annotations({ runbook_url: "docs/runbooks.md#nothing" }))).to.have.length(1);
    expect(faulty(annotations({ summary: "{{ $labels.signer }}" }))).to.have.length(1);
    expect(faulty({ labels: {} })).to.have.length(1);
  });
});

describe("docs/monitoring.md", function () {
  this.timeout(30_000);

  it("has every metric that is registered, and no page names another", async () => {
    const metrics = [...new Set([...(await registered()).keys()].map(whole))].sort();
    const table = readFileSync(join(root, "docs/monitoring.md"), "utf8");
    expect([...metricsIn(table)].sort()).to.deep.equal(metrics);
    for (const page of readdirSync(join(root, "docs"))) {
      const named = [...metricsIn(readFileSync(join(root, "docs", page), "utf8"))];
      expect(
        named.filter((name) => !metrics.includes(name)),
        page,
      ).to.deep.equal([]);
    }
  });
});
