import { zeroHash } from "viem";
import { ROLES } from "./chain.ts";
import { type Statement, statementArgs, statementOf } from "./compliance.ts";
import type { Trade } from "./terms.ts";
import type { World } from "./world.ts";

/** What attesters do and what can be asked about it, for the trade that the context holds at that moment. */
export function registryActions(context: () => { world: World; trade: Trade }) {
  const as = (role: number) => ({ account: context().world.home.address(role) });

  /** The attester states something by itself. */
  function say(changes: Partial<Statement> = {}, role: number = ROLES.attester) {
    return context().world.registry.write.attest([...statementArgs(statementOf(context().trade, changes))], as(role));
  }
  function sayStatuses(statuses: readonly number[], sequence: bigint, role: number = ROLES.attester) {
    return say({ statuses, sequence }, role);
  }
  async function word(role: number = ROLES.attester) {
    const [statuses, validUntil, sequence] = await context().world.registry.read.statementOf([
      context().trade.id,
      context().world.home.address(role),
      context().trade.terms.parties,
    ]);
    return { statuses, validUntil, sequence };
  }
  async function clearance(changes: { attesters?: number[]; threshold?: number; validThrough?: number } = {}) {
    const {
      attesters = [ROLES.attester],
      threshold = 1,
      validThrough = context().trade.terms.settleDeadline,
    } = changes;
    const addresses = attesters
      .map((role) => context().world.home.address(role))
      .sort((a, b) => Number(BigInt(a) - BigInt(b)));
    return context().world.registry.read.clearanceOf([
      context().trade.id,
      context().trade.terms.parties,
      addresses,
      threshold,
      validThrough,
    ]);
  }
  function override(changes: Partial<Statement> = {}, reason = "a false match", role: number = ROLES.attester) {
    return context().world.registry.write.overrideAttestation(
      [...statementArgs(statementOf(context().trade, changes)), reason],
      as(role),
    );
  }
  function revoke(positions: number, sequence: bigint, role: number = ROLES.attester) {
    const { parties } = context().trade.terms;
    return context().world.registry.write.revoke(
      [context().trade.id, parties, positions, zeroHash, sequence],
      as(role),
    );
  }

  return { say, sayStatuses, word, clearance, override, revoke };
}
