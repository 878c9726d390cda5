import type { Scenario } from "../context.ts";
import { brokered } from "./brokered.ts";
import { crossChain } from "./cross-chain.ts";
import { faults } from "./faults.ts";
import { repo } from "./repo.ts";
import { sameChain } from "./same-chain.ts";
import { sanctioned } from "./sanctioned.ts";
import { timedOut } from "./timed-out.ts";

/** The seven trades of the demo, in the order of the report. */
export const scenarios: readonly Scenario[] = [sameChain, crossChain, brokered, repo, timedOut, sanctioned, faults];
