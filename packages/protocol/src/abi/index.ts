export { erc20Abi } from "viem";
export { endpointAbi } from "./endpoint.ts";
export { coordinatorAbi } from "./generated/coordinator.ts";
export { escrowAbi } from "./generated/escrow.ts";
export { messengerAbi } from "./generated/messenger.ts";
export { registryAbi } from "./generated/registry.ts";
export { rootAbi } from "./generated/root.ts";
export { routerAbi } from "./generated/router.ts";
