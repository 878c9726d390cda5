import { ProtocolError } from "../errors.ts";
import { applyCoordinatorEvent } from "./apply-coordinator.ts";
import { applyEscrowEvent } from "./apply-escrow.ts";
import { applyMessengerEvent, applyRootEvent } from "./apply-messenger.ts";
import { applyRegistryEvent } from "./apply-registry.ts";
import type { ChainEvent, EventPosition } from "./events.ts";
import type { ChainWorld, World } from "./world.ts";

/**
 * Takes in one event; changes the world in place and returns it. Logs of one chain must come in order, those of different chains in
 * any. A log at or before the last one of its chain was seen already and changes nothing, so replay is harmless.
 *
 * @throws ProtocolError `event_input` when the chain is not part of the deployment, the coordinator speaks on another chain than its
 * own, or an earlier log is missing. The world is unchanged then.
 */
export function applyEvent(world: World, event: ChainEvent): World {
  const chain = world.chains.get(event.chainId);
  if (chain === undefined) throw new ProtocolError("event_input", `the deployment has no chain ${event.chainId}`);
  if (!isAhead(chain, event)) return world;
  dispatch(world, chain, event);
  chain.cursor = { blockNumber: event.blockNumber, logIndex: event.logIndex };
  return world;
}

function dispatch(world: World, chain: ChainWorld, event: ChainEvent): void {
  const home = event.contract === "coordinator" || event.contract === "registry";
  if (home && event.chainId !== world.coordinatorChainId) {
    throw new ProtocolError("event_input", `a ${event.contract} speaks on chain ${event.chainId}`);
  }
  switch (event.contract) {
    case "coordinator":
      applyCoordinatorEvent(chain, event);
      break;
    case "escrow":
      applyEscrowEvent(chain, event);
      break;
    case "registry":
      applyRegistryEvent(chain, event);
      break;
    case "messenger":
      applyMessengerEvent(chain, event);
      break;
    case "root":
      applyRootEvent(chain, event);
      break;
    default:
      event satisfies never;
  }
}

function isAhead({ cursor }: ChainWorld, { blockNumber, logIndex }: EventPosition): boolean {
  if (cursor === null || blockNumber > cursor.blockNumber) return true;
  return blockNumber === cursor.blockNumber && logIndex > cursor.logIndex;
}
