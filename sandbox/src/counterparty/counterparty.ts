import { ApiRefusal } from "../api/call.ts";
import type { CallerApi } from "../api/caller-api.ts";
import type { Instruction } from "../api/shapes.ts";
import type { Dependencies } from "../context.ts";
import { SandboxError } from "../errors.ts";
import type { CounterpartyRequest, DecisionRequest, Script } from "../http/schemas.ts";
import { checkInstruction, legTypesOf } from "./check-instruction.ts";
import { keyOf, mirrorOf, scriptOf } from "./mirror.ts";
import { owedLegs, type Phase, progressOf } from "./progress.ts";

/** How the counterparty of an instruction stands. */
export interface CounterpartyRead {
  instruction_id: string;
  script: Script;
  trade_reference: string;
  /** The counterparty's role. */
  role: string;
  settlement_id: string | null;
  state: string | null;
  phase: Phase;
  detail: string;
  /** Why the last attempt to deposit failed; it is tried again. */
  last_error: string | null;
  deposit_deadline: string | null;
  timeout_at: string;
  /** What the counterparty pays. */
  legs: { leg_index: number; chain_id: number; status: string; deposit_tx_hash: string | null }[];
}

type Parts = Dependencies & { faultOf: (settlementId: string) => string | null };

/**
 * Has the counterparty take the other side of an instruction that the caller may read. One instruction has one counterparty, with one
 * script: a repeated request finds it (`created` false). Throws ApiRefusal, SandboxError 409, 422, 503; then nothing was submitted.
 */
export async function startCounterparty(
  parts: Parts,
  caller: CallerApi,
  { instruction_id, script }: CounterpartyRequest,
): Promise<{ created: boolean; read: CounterpartyRead }> {
  const instruction = await caller.instruction(instruction_id);
  const known = await parts.own.findInstruction(keyOf(instruction.id));
  if (known !== undefined) {
    assertScript(known, script);
    return { created: false, read: await render(parts, instruction, known) };
  }
  const mirror = await submit(parts, caller, instruction, script);
  if (mirror.status === "pending_match") {
    // Nobody waits for it any more, and a stranger must not find it under this reference.
    const left = await parts.own.cancel(mirror.id).catch(() => mirror);
    return { created: true, read: await render(parts, instruction, left) };
  }
  parts.log.info({ instruction_id, script, settlement_id: mirror.settlement_id }, "matched");
  return { created: true, read: await render(parts, instruction, mirror) };
}

async function submit(
  { own, grounds, ...deps }: Parts,
  caller: CallerApi,
  instruction: Instruction,
  script: Script,
): Promise<Instruction> {
  const role = await checkInstruction({ own, grounds, ...deps }, instruction, script);
  const legTypes = await legTypesOf(caller, instruction);
  const wallet = grounds.get(instruction.legs[0]?.chain_id as number)?.counterparty.address as string;
  const body = mirrorOf(instruction, { role, wallet, script, legTypes });
  try {
    return await own.submit(body, keyOf(instruction.id));
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    // Another request was quicker, with another script.
    if (error.code === "idempotency_key_reused") throw scriptConflict(error);
    throw new SandboxError(422, error.code, `The other side of your instruction is refused: ${error.message}`, {
      loc: ["instruction"],
      cause: error,
    });
  }
}

/** @throws ApiRefusal 404 for an instruction that is not the caller's; SandboxError 404 where it has no counterparty. */
export async function readCounterparty(
  parts: Parts,
  caller: CallerApi,
  instructionId: string,
): Promise<CounterpartyRead> {
  const { instruction, mirror } = await find(parts, caller, instructionId);
  return render(parts, instruction, mirror);
}

/** Decides the flagged party of the counterparty, as its own compliance officer would. Throws ApiRefusal 409, SandboxError 404. */
export async function decide(
  parts: Parts,
  caller: CallerApi,
  instructionId: string,
  { decision, reason = "Decided on the integrator's request" }: DecisionRequest,
): Promise<CounterpartyRead> {
  const { instruction, mirror } = await find(parts, caller, instructionId);
  if (mirror.settlement_id === null)
    throw new SandboxError(409, "not_matched", "There is no settlement to decide about");
  await parts.own.decide(mirror.settlement_id, decision, reason);
  parts.log.info({ instruction_id: instruction.id, decision }, "decided");
  return render(parts, instruction, mirror);
}

async function find({ own }: Parts, caller: CallerApi, instructionId: string) {
  const instruction = await caller.instruction(instructionId);
  const mirror = await own.findInstruction(keyOf(instruction.id));
  if (mirror !== undefined) return { instruction, mirror };
  const detail = "The instruction has no counterparty; ask for one with POST /counterparty";
  throw new SandboxError(404, "not_found", detail);
}

async function render(
  { own, faultOf }: Parts,
  instruction: Instruction,
  mirror: Instruction,
): Promise<CounterpartyRead> {
  const settlement = mirror.settlement_id === null ? null : await own.settlement(mirror.settlement_id);
  return {
    instruction_id: instruction.id,
    script: scriptOf(mirror.party.external_reference) as Script,
    trade_reference: mirror.trade_reference,
    role: mirror.role,
    settlement_id: mirror.settlement_id,
    state: settlement?.state ?? null,
    ...progressOf(mirror, settlement),
    last_error: settlement && faultOf(settlement.id),
    deposit_deadline: settlement?.deposit_deadline ?? null,
    timeout_at: mirror.timeout_at,
    legs: (settlement === null ? [] : owedLegs(settlement)).map(({ leg_index, chain_id, status, deposit_tx_hash }) => ({
      leg_index,
      chain_id,
      status,
      deposit_tx_hash,
    })),
  };
}

function assertScript(known: Instruction, script: Script): void {
  if (scriptOf(known.party.external_reference) !== script) throw scriptConflict();
}

function scriptConflict(cause?: unknown): SandboxError {
  const detail =
    "The instruction has a counterparty with another script already; submit another instruction for this one";
  return new SandboxError(409, "script_taken", detail, { loc: ["body", "script"], cause });
}
