import { REPO_RULESET, type Ruleset, STANDARD_RULESET } from "@keystoneos/protocol";

/** The rulesets that every deployment has registered, by name. */
export const RULESETS: Readonly<Record<string, Ruleset>> = { Standard: STANDARD_RULESET, Repo: REPO_RULESET };
