import type { TemplateConfig } from "@keystoneos/protocol";
import type { InstructionLegJson } from "@keystoneos/store";
import type { MatchField } from "../../schemas/instruction.ts";
import { marginFor, timeoutFault } from "../trades/check-timeout.ts";
import { repaymentUnits } from "../trades/repayment.ts";
import { type AgreedLeg, listedBy, type Pairing, pairLegs } from "./pair-legs.ts";
import type { Side } from "./side.ts";

export interface MatchRules {
  config: TemplateConfig;
  coordinatorChainId: number;
  /** The database's clock. */
  now: Date;
  minTimeoutSeconds: number;
}

/** The first field that keeps two instructions under one reference apart; null when they are compatible. Symmetric. */
export function firstDifference(a: Side, b: Side, rules: MatchRules): MatchField | null {
  const { config } = rules;
  if (a.templateId !== b.templateId) return "template_slug";
  const roles = new Set([a.role, b.role]);
  if (
    roles.size !== 2 ||
    config.required_roles.length !== 2 ||
    !config.required_roles.every((role) => roles.has(role))
  ) {
    return "role";
  }
  if ((a.repo === null) !== (b.repo === null)) return "settlement_category";
  const pairing = pairLegs(listedBy([a, b]), config.required_roles);
  return (
    compareTransfers(a, b) ??
    compareLegs(a, pairing, rules) ??
    compareRest(a, b, rules) ??
    compareRepos(a, b, pairing.legs)
  );
}

/** A transfer as text, field by field in the order of comparison. */
type Transfer = readonly string[];

const TRANSFER_FIELDS = [
  "legs.instrument_id",
  "legs.chain_id",
  "legs.token_standard",
  "legs.token_id",
  "legs.partition",
  "legs.quantity",
  "legs.direction",
] as const satisfies readonly MatchField[];

/** The two multisets of transfers must be equal; a direction about which one side is open is not compared. */
function compareTransfers(a: Side, b: Side): MatchField | null {
  const mine: Transfer[] = [];
  const theirs: Transfer[] = [];
  const compare = (deliverer: Side, receiver: Side, ofDeliverer: Transfer[], ofReceiver: Transfer[]) => {
    if (receiver.open) return;
    ofDeliverer.push(...listed(deliverer, "deliver").map((leg) => transfer(leg, deliverer.role)));
    ofReceiver.push(...listed(receiver, "receive").map((leg) => transfer(leg, deliverer.role)));
  };
  compare(a, b, mine, theirs);
  compare(b, a, theirs, mine);
  for (const [index, field] of TRANSFER_FIELDS.entries()) {
    if (!sameMultiset(mine, theirs, index + 1)) return field;
  }
  return null;
}

function listed(side: Side, direction: InstructionLegJson["direction"]): InstructionLegJson[] {
  return side.legs.filter((leg) => leg.direction === direction);
}

function transfer(leg: InstructionLegJson, fromRole: string): Transfer {
  return [
    leg.token_address,
    String(leg.chain_id),
    leg.token_standard,
    leg.token_id ?? "",
    leg.partition ?? "",
    leg.amount,
    fromRole,
  ];
}

/** Whether two lists hold the same transfers as far as their first `width` fields go. */
function sameMultiset(left: Transfer[], right: Transfer[], width: number): boolean {
  const texts = (list: Transfer[]) => list.map((item) => JSON.stringify(item.slice(0, width))).sort();
  return JSON.stringify(texts(left)) === JSON.stringify(texts(right));
}

/** What the two sides add up to must be a trade of this template. */
function compareLegs({ repo }: Side, { legs, unpaired }: Pairing, { config }: MatchRules): MatchField | null {
  if (unpaired.length > 0) return "legs";
  if (config.chains === "single" && new Set(legs.map(({ leg }) => leg.chain_id)).size > 1) return "legs.chain_id";
  const delivers = new Set(legs.map(({ partyRole }) => partyRole));
  const types = new Set(legs.map(({ legType }) => legType));
  const complete =
    config.required_roles.every((role) => delivers.has(role)) &&
    config.required_leg_types.every((type) => types.has(type));
  if (repo !== null && legs.filter(({ legType }) => legType === "payment").length !== 1) return "legs";
  return complete ? null : "legs";
}

function compareRest(a: Side, b: Side, rules: MatchRules): MatchField | null {
  if (a.feeMode !== b.feeMode) return "fee_mode";
  const margin = rules.config.on_chain.message_margin_seconds;
  const fault = timeoutFault(earlier(a.timeoutAt, b.timeoutAt), {
    now: rules.now,
    minSeconds: rules.minTimeoutSeconds,
    marginSeconds: marginFor([...a.legs, ...b.legs], rules.coordinatorChainId, margin),
  });
  return fault === null ? null : "timeout_at";
}

/** When a repo ends, and for how much of the one instrument that it is paid in. */
function compareRepos({ repo: one }: Side, { repo: other }: Side, legs: readonly AgreedLeg[]): MatchField | null {
  if (one === null || other === null) return null;
  if (one.maturityAt.getTime() !== other.maturityAt.getTime()) return "maturity_at";
  const units = [one, other].map((repo) => repaymentUnits(repo, legs));
  return units[0] === units[1] && units[0] !== null ? null : "repayment_amount";
}

/** The timeout of a settlement: the earlier one of its sides. */
export function earlier(a: Date, b: Date): Date {
  return a <= b ? a : b;
}
