import { expect } from "chai";
import {
  compileTemplate,
  ProtocolError,
  REPO_RULESET,
  rulesetId,
  STANDARD_RULESET,
  shippedTemplates,
  type TemplateConfig,
  type TemplateEdge,
  templateRuleset,
} from "../src/index.ts";
import { deployment } from "./support/sample.ts";

const shipped = shippedTemplates(deployment);
const config = (slug: string): TemplateConfig => {
  const found = shipped.find((template) => template.slug === slug);
  if (found === undefined) return expect.fail(`no template ${slug}`);
  return structuredClone(found.config);
};

describe("shippedTemplates", () => {
  it("are the five documented ones, with their aliases", () => {
    expect(shipped.map(({ slug, aliases }) => [slug, ...aliases])).to.deep.equal([
      ["dvp-standard", "dvp-bilateral"],
      ["dvp-cross-chain", "cross_platform_dvp", "cross-chain-dvp"],
      ["repo-standard"],
      ["dvp-brokered"],
      ["pvp-standard"],
    ]);
  });

  it("compile to the standard ruleset", () => {
    for (const template of shipped) {
      const compiled = compileTemplate(template.config);
      expect(compiled.ruleset, template.slug).to.deep.equal(STANDARD_RULESET);
      expect(compiled.rulesetId).to.equal(rulesetId(STANDARD_RULESET));
    }
  });

  it("have the documented shape", () => {
    const { on_chain, ...rest } = config("dvp-standard");
    expect(rest).to.deep.equal({
      states: [
        "INSTRUCTED",
        "COMPLIANCE_CHECKING",
        "COMPLIANCE_CLEARED",
        "AWAITING_DEPOSITS",
        "EXECUTING_SWAP",
        "FINALIZED",
        "ROLLED_BACK",
        "TIMED_OUT",
      ],
      initial_state: "INSTRUCTED",
      terminal_states: ["FINALIZED"],
      failure_states: ["ROLLED_BACK", "TIMED_OUT"],
      transitions: {
        INSTRUCTED: { allowed_next: ["COMPLIANCE_CHECKING", "ROLLED_BACK", "TIMED_OUT"] },
        COMPLIANCE_CHECKING: { allowed_next: ["COMPLIANCE_CLEARED", "ROLLED_BACK", "TIMED_OUT"] },
        COMPLIANCE_CLEARED: { allowed_next: ["AWAITING_DEPOSITS", "ROLLED_BACK", "TIMED_OUT"] },
        AWAITING_DEPOSITS: { allowed_next: ["EXECUTING_SWAP", "ROLLED_BACK", "TIMED_OUT"] },
        EXECUTING_SWAP: { allowed_next: ["FINALIZED"] },
      },
      compliance: { recheck_at_states: [], entity_providers: ["sanctions_list"], wallet_providers: ["sanctions_list"] },
      required_roles: ["seller", "buyer"],
      required_leg_types: ["asset_delivery", "payment"],
      actions: {
        COMPLIANCE_CHECKING: {
          type: "compliance_check",
          provider: "internal",
          resolution: "immediate",
          timeout_seconds: 600,
          params: {},
        },
        COMPLIANCE_CLEARED: {
          type: "noop",
          provider: "internal",
          resolution: "immediate",
          timeout_seconds: 60,
          params: {},
        },
        FINALIZED: { type: "finalize", provider: "internal", resolution: "immediate", timeout_seconds: 60, params: {} },
      },
      chains: "single",
      settlement_categories: ["repo_open"],
      settlement_category_required: false,
      fees: { bps: 0, default_mode: "seller_pays", recipients: {} },
    });
    const { edges, ...parameters } = on_chain;
    expect(edges[0]).to.deep.equal({ from: "INSTRUCTED", to: "COMPLIANCE_CHECKING", gate: "NONE" });
    expect(edges).to.have.length(STANDARD_RULESET.edges.length);
    expect(parameters).to.deep.equal({
      ruleset_id: rulesetId(STANDARD_RULESET),
      closing_ruleset_id: rulesetId(REPO_RULESET),
      attesters: deployment.templates.attesters,
      threshold: 1,
      operator: deployment.templates.operator,
      external_attesters: false,
      message_margin_seconds: 15,
    });
  });

  it("differ in roles, leg types, chains and fees", () => {
    expect(config("dvp-cross-chain").chains).to.equal("any");
    expect(config("dvp-brokered").fees).to.deep.equal({
      bps: 25,
      default_mode: "seller_pays",
      recipients: deployment.templates.fee_recipients,
    });
    expect(config("pvp-standard")).to.deep.include({
      required_roles: ["party_a", "party_b"],
      required_leg_types: ["payment"],
    });
  });

  it("let trades be repos where there is a ruleset for their closing, and repo-standard nothing else", () => {
    const allowed = shipped.map(
      ({ slug, config: { settlement_categories, settlement_category_required, on_chain } }) => [
        slug,
        settlement_categories,
        settlement_category_required,
        on_chain.closing_ruleset_id !== null,
      ],
    );
    expect(allowed).to.deep.equal([
      ["dvp-standard", ["repo_open"], false, true],
      ["dvp-cross-chain", ["repo_open"], false, true],
      ["repo-standard", ["repo_open"], true, true],
      ["dvp-brokered", [], false, false],
      ["pvp-standard", [], false, false],
    ]);
    expect(config("repo-standard")).to.deep.include({
      required_roles: ["securities_provider", "cash_provider"],
      required_leg_types: ["asset_delivery", "payment"],
      chains: "any",
    });
  });

  it("are the same each time, and share nothing that one could spoil", () => {
    const again = shippedTemplates(deployment);
    expect(again).to.deep.equal(shipped);
    again[0]?.config.on_chain.attesters.push(deployment.contracts.root);
    expect(shippedTemplates(deployment)).to.deep.equal(shipped);
  });

  it("refuse a deployment without a fee recipient on each chain", () => {
    const templates = { ...deployment.templates, fee_recipients: { "11155111": deployment.contracts.root } };
    expect(() => shippedTemplates({ ...deployment, templates }))
      .to.throw(ProtocolError)
      .that.includes({ code: "deployment_invalid", field: "templates.fee_recipients.84532" });
  });
});

describe("compileTemplate", () => {
  const sound = config("dvp-standard");
  const { states, failure_states, transitions, on_chain } = sound;
  const withEdges = (edges: TemplateEdge[]) => ({ on_chain: { ...on_chain, edges } });
  const withEdge = (at: number, change: object) =>
    withEdges(on_chain.edges.map((edge, index) => (index === at ? { ...edge, ...change } : edge)));
  const { EXECUTING_SWAP: _, ...fewer } = transitions;

  const faults: [name: string, field: string, change: Partial<TemplateConfig>][] = [
    ["an unknown initial state", "initial_state", { initial_state: "START" }],
    ["an unknown terminal state", "terminal_states[0]", { terminal_states: ["DONE"] }],
    ["an unknown failure state", "failure_states[1]", { failure_states: ["ROLLED_BACK", "LATE"] }],
    ["a repeated state", "states[8]", { states: [...states, "FINALIZED"] }],
    ["a state of two kinds", "failure_states[2]", { failure_states: [...failure_states, "FINALIZED"] }],
    ["an edge from an unknown state", "on_chain.edges[0].from", withEdge(0, { from: "START" })],
    ["an edge to an unknown state", "on_chain.edges[0].to", withEdge(0, { to: "END" })],
    ["an unknown gate", "on_chain.edges[0].gate", withEdge(0, { gate: "OPEN" })],
    ["an inherited gate", "on_chain.edges[0].gate", withEdge(0, { gate: "toString" })],
    ["an initial state that takes deposits", "on_chain.edges[6].from", withEdge(6, { from: "INSTRUCTED" })],
    ["an unsound ruleset", "on_chain.edges", withEdges(on_chain.edges.toSpliced(11, 1))],
    ["a state that nothing leads to", "on_chain.edges", { states: [...states, "LOST"] }],
    [
      "a transition too many",
      "transitions.FINALIZED",
      { transitions: { ...transitions, FINALIZED: { allowed_next: ["ROLLED_BACK"] } } },
    ],
    ["a transition too few", "transitions.EXECUTING_SWAP", { transitions: fewer }],
    [
      "another order of transitions",
      "transitions.INSTRUCTED",
      {
        transitions: {
          ...transitions,
          INSTRUCTED: { allowed_next: ["TIMED_OUT", "ROLLED_BACK", "COMPLIANCE_CHECKING"] },
        },
      },
    ],
    ["another hash", "on_chain.ruleset_id", { on_chain: { ...on_chain, ruleset_id: `0x${"1".repeat(64)}` } }],
    [
      "an unknown closing ruleset",
      "on_chain.closing_ruleset_id",
      { on_chain: { ...on_chain, closing_ruleset_id: `0x${"1".repeat(64)}` } },
    ],
    ["edges in another order", "on_chain.ruleset_id", withEdges(on_chain.edges.toReversed())],
  ];
  for (const [name, field, change] of faults) {
    it(`refuses ${name}`, () => {
      expect(() => compileTemplate({ ...sound, ...change }))
        .to.throw(ProtocolError)
        .that.includes({ code: "template_config", field });
    });
  }
});

describe("templateRuleset", () => {
  const { on_chain } = config("dvp-standard");
  const foreign = `0x${"1".repeat(64)}` as const;

  it("is the template's own, or that of its closings", () => {
    expect(templateRuleset(config("dvp-standard"), on_chain.ruleset_id)).to.deep.equal(STANDARD_RULESET);
    expect(templateRuleset(config("dvp-standard"), rulesetId(REPO_RULESET))).to.equal(REPO_RULESET);
  });

  it("is nothing else", () => {
    expect(() => templateRuleset(config("dvp-standard"), foreign)).to.throw(ProtocolError, "no ruleset");
    expect(() => templateRuleset(config("pvp-standard"), rulesetId(REPO_RULESET))).to.throw(
      ProtocolError,
      "no ruleset",
    );
  });
});
