import { traced } from "@keystoneos/telemetry";
import { shortMessage } from "../chains/revert.ts";
import type { Facts } from "../facts/types.ts";
import { leads } from "../pipeline/lane.ts";
import { notNow, submit } from "../pipeline/submit.ts";
import type { Draft, Outcome } from "../pipeline/types.ts";
import type { Action, SendAction } from "../plan/actions.ts";
import { beginRound } from "./begin-round.ts";
import { close, forgetSecrets } from "./close.ts";
import type { ActContext } from "./context.ts";
import { draftOf } from "./draft.ts";
import { finish } from "./finish.ts";
import type { Patience } from "./patience.ts";
import { inspectMessage } from "./recover.ts";
import { screen } from "./screen.ts";
import { sign } from "./sign.ts";

/** After these nobody has to wait: nothing was in the way, or it is told at no cost when it no longer is. */
const UNHINDERED: readonly Outcome["status"][] = ["stored", "taken", "elsewhere", "busy", "paused"];

/** Does one action, or finds that it cannot be done now. Never throws: one settlement's trouble is not another's. */
export async function act(context: ActContext, patience: Patience, facts: Facts, action: Action): Promise<void> {
  // What an operator has tried anew waits for nothing that came before.
  const name = `${facts.settlementId}:${facts.retry?.intentId ?? ""}:${nameOf(action)}`;
  if (!patience.mayTry(name)) return;
  const kind = action.type === "send" ? action.kind : action.type;
  try {
    const outcome = await traced(
      `relayer ${kind}`,
      { attributes: { settlement_id: facts.settlementId, action: kind }, parent: facts.traceparent ?? null },
      async (span) => {
        const outcome = await perform(context, facts, action);
        span.setAttribute("outcome", outcome?.status ?? "done");
        if (outcome?.status === "stored") span.setAttribute("transaction_hash", outcome.hash);
        return outcome;
      },
    );
    // What another process has to do is its to count.
    if (outcome?.status !== "elsewhere") context.countAction({ action: kind, outcome: outcome?.status ?? "done" });
    if (mayRepeat(action, outcome)) patience.succeeded(name);
    else patience.failed(name);
    if (outcome !== null) report(context, facts, action, outcome);
  } catch (error) {
    context.countAction({ action: kind, outcome: "failed" });
    const failures = patience.failed(name);
    context.log.error(
      { settlementId: facts.settlementId, action: nameOf(action), failures, error: shortMessage(error) },
      "failed",
    );
  }
}

/** Whether it may be done again in the next pass. To look for an overdue message takes several questions to nodes, whatever comes of it. */
function mayRepeat(action: Action, outcome: Outcome | null): boolean {
  if (action.type === "recover") return outcome?.status === "elsewhere";
  return outcome === null || UNHINDERED.includes(outcome.status);
}

async function perform(context: ActContext, facts: Facts, action: Action): Promise<Outcome | null> {
  switch (action.type) {
    case "send":
      return send(context, facts, action);
    case "intervene":
      return intervene(context, facts, action);
    case "recover":
      return recover(context, facts, action);
    case "begin_round":
      return beginRound(context, facts, action.cause).then(() => null);
    case "screen":
      return screen(context, facts, action.checks).then(() => null);
    case "sign":
      return sign(context, facts, action).then(() => null);
    case "finish":
      return finish(context, facts, action.intentId, { status: "done" }).then(() => null);
    case "forget_secrets":
      return forgetSecrets(context, facts).then(() => null);
    case "close":
      return close(context, facts).then(() => null);
  }
}

/** Fees are quoted and secrets opened only for what this process may send now. */
async function send(context: ActContext, facts: Facts, action: SendAction): Promise<Outcome> {
  const { chainId, kind, subject, call } = action;
  const signer = call.name === "transition" && call.manual ? "operator" : "relayer";
  const effect = { chainId, kind, subject, settlementId: facts.settlementId, signer } as const;
  return (await notNow(context.pipeline, effect)) ?? submit(context.pipeline, await draftOf(context, facts, action));
}

/** A refusal that the indexed state explains is the contract's last word; any other may be one block's difference. */
async function intervene(
  context: ActContext,
  facts: Facts,
  { intentId, send: asked, allowed }: Extract<Action, { type: "intervene" }>,
): Promise<Outcome> {
  const outcome = await send(context, facts, asked);
  if (outcome.status === "refused" && !allowed) {
    await finish(context, facts, intentId, { status: "failed", error: outcome.error });
  }
  return outcome;
}

async function recover(
  context: ActContext,
  facts: Facts,
  { message, again }: Extract<Action, { type: "recover" }>,
): Promise<Outcome | null> {
  const { pipeline } = context;
  const deliverable = leads(pipeline, message.targetChainId, "relayer");
  if (!deliverable && (again === null || !leads(pipeline, again.chainId, "relayer"))) return { status: "elsewhere" };
  const overdue = await inspectMessage(context, facts, message);
  if (overdue.state === "unverified") context.silence.note(message, overdue.silent);
  else context.silence.forget(message.guid);
  const draft: Draft | null =
    overdue.state === "deliver"
      ? overdue.draft
      : overdue.state === "unverified" && again !== null
        ? await draftOf(context, facts, again)
        : null;
  if (draft === null) return null;
  context.log.warn({ guid: message.guid, kind: message.kind, state: overdue.state }, "a message is overdue");
  return submit(pipeline, draft);
}

function report({ log }: ActContext, facts: Facts, action: Action, outcome: Outcome): void {
  const entry = { settlementId: facts.settlementId, action: nameOf(action), ...outcome };
  if (outcome.status === "stored") log.info(entry, "stored a transaction");
  else if (UNHINDERED.includes(outcome.status)) log.debug(entry, "nothing to be done here now");
  else log.warn(entry, "nothing was sent; it is tried again later");
}

export function nameOf(action: Action): string {
  const effect = (send: SendAction) => `${send.kind}:${send.chainId}:${send.subject}`;
  switch (action.type) {
    case "send":
      return effect(action);
    case "intervene":
      return effect(action.send);
    case "finish":
      return `finish:${action.intentId}`;
    case "recover":
      // What may be sent again by now need not wait for what could only be looked for.
      return `recover:${action.message.guid}${action.again === null ? "" : ":again"}`;
    case "begin_round":
      return `begin_round:${action.cause}`;
    case "sign":
      return `sign:${action.sequence}`;
    default:
      return action.type;
  }
}
