import type { Hex } from "viem";
import { ProtocolError } from "../errors.ts";
import { rulesetId } from "../rulesets/codec.ts";
import { REPO_RULESET } from "../rulesets/repo.ts";
import { Gate, type Ruleset, StateKind } from "../rulesets/types.ts";
import { validateRuleset } from "../rulesets/validate.ts";
import type { TemplateConfig, TemplateEdge } from "./config.ts";

export interface CompiledTemplate {
  ruleset: Ruleset;
  rulesetId: Hex;
}

/**
 * The ruleset a template stands for, after checking that the template says the same thing everywhere: every name is a state,
 * `transitions` follows from the edges, `ruleset_id` is the content hash, and no rule of the protocol is broken.
 *
 * @throws ProtocolError `template_config`, `field` the part of the configuration at fault.
 */
export function compileTemplate(config: TemplateConfig): CompiledTemplate {
  const ruleset = compileRuleset(config);
  const fault = validateRuleset(ruleset);
  if (fault !== null) fail("on_chain.edges", `${fault.error}: ${fault.message}`);
  const expected = deriveTransitions(config.states, config.on_chain.edges);
  for (const state of new Set([...Object.keys(expected), ...Object.keys(config.transitions)])) {
    const field = `transitions.${state}`;
    if (!sameList(expected[state]?.allowed_next, config.transitions[state]?.allowed_next)) {
      fail(field, `does not follow from the edges, which give [${expected[state]?.allowed_next.join(", ") ?? ""}]`);
    }
  }
  const id = rulesetId(ruleset);
  if (!same(config.on_chain.ruleset_id, id)) fail("on_chain.ruleset_id", `the content hash is ${id}`);
  if (config.on_chain.closing_ruleset_id !== null) templateRuleset(config, config.on_chain.closing_ruleset_id);
  return { ruleset, rulesetId: id };
}

/**
 * The ruleset that terms of this template name: the template's own, or that of a repo's closing trade.
 *
 * @throws ProtocolError `template_config` when it is neither.
 */
export function templateRuleset(config: TemplateConfig, id: Hex): Ruleset {
  const { ruleset_id, closing_ruleset_id } = config.on_chain;
  if (same(id, ruleset_id)) return compileRuleset(config);
  if (closing_ruleset_id === null || !same(id, closing_ruleset_id)) {
    fail("on_chain.ruleset_id", `the template has no ruleset ${id}`);
  }
  if (!same(id, rulesetId(REPO_RULESET))) fail("on_chain.closing_ruleset_id", "is not the repo ruleset's content hash");
  return REPO_RULESET;
}

/** For every state with a way out, the states one step ahead, in the order of `states`. */
export function deriveTransitions(
  states: readonly string[],
  edges: readonly TemplateEdge[],
): Record<string, { allowed_next: string[] }> {
  const transitions: Record<string, { allowed_next: string[] }> = {};
  for (const from of states) {
    const targets = new Set(edges.filter((edge) => edge.from === from).map((edge) => edge.to));
    if (targets.size > 0) transitions[from] = { allowed_next: states.filter((state) => targets.has(state)) };
  }
  return transitions;
}

/**
 * States with their kind, and edges by position. The kinds follow from the configuration: the initial, terminal and failure states are
 * named, DEPOSITS_LOCKED leads from the deposit state to the executing one, all others are active.
 *
 * @throws ProtocolError `template_config` when a name is repeated or unknown.
 */
export function compileRuleset(
  config: Pick<TemplateConfig, "states" | "initial_state" | "terminal_states" | "failure_states"> & {
    on_chain: Pick<TemplateConfig["on_chain"], "edges">;
  },
): Ruleset {
  const { states, on_chain } = config;
  const position = (name: string, field: string): number => {
    const index = states.indexOf(name);
    if (index < 0) fail(field, `unknown state ${name}`);
    return index;
  };
  states.forEach((name, index) => {
    if (states.indexOf(name) !== index) fail(`states[${index}]`, `repeated state ${name}`);
  });

  const kinds = new Map<number, StateKind>();
  const assign = (index: number, kind: StateKind, field: string) => {
    const present = kinds.get(index);
    if (present !== undefined && present !== kind) fail(field, `${states[index]} cannot be two kinds of state`);
    kinds.set(index, kind);
  };
  assign(position(config.initial_state, "initial_state"), StateKind.INITIAL, "initial_state");
  config.terminal_states.forEach((name, index) => {
    assign(position(name, `terminal_states[${index}]`), StateKind.FINALIZED, `terminal_states[${index}]`);
  });
  config.failure_states.forEach((name, index) => {
    assign(position(name, `failure_states[${index}]`), StateKind.FAILED, `failure_states[${index}]`);
  });

  const edges = on_chain.edges.map((edge, index) => {
    const field = `on_chain.edges[${index}]`;
    const gate = Object.hasOwn(Gate, edge.gate) ? Gate[edge.gate] : fail(`${field}.gate`, `unknown gate ${edge.gate}`);
    const from = position(edge.from, `${field}.from`);
    const to = position(edge.to, `${field}.to`);
    if (gate === Gate.DEPOSITS_LOCKED) {
      assign(from, StateKind.DEPOSIT, `${field}.from`);
      assign(to, StateKind.EXECUTING, `${field}.to`);
    }
    return { from, to, gate };
  });
  return { states: states.map((name, index) => ({ name, kind: kinds.get(index) ?? StateKind.ACTIVE })), edges };
}

function same(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

function sameList(left: readonly string[] = [], right: readonly string[] = []): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}

function fail(field: string, message: string): never {
  throw new ProtocolError("template_config", message, { field });
}
