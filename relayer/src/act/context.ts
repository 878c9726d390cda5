import type { Deployment } from "@keystoneos/protocol";
import type { Store } from "@keystoneos/store";
import type { DeepFinality } from "../facts/deep-finality.ts";
import type { SecretBook } from "../facts/secrets.ts";
import type { SilenceBook } from "../gauges/silence.ts";
import type { AttestationSigner } from "../keys/types.ts";
import type { Logger } from "../log.ts";
import type { CountAction } from "../metrics.ts";
import type { Pipeline } from "../pipeline/types.ts";
import type { Policy } from "../plan/policy.ts";
import type { Circuits } from "../screening/circuits.ts";
import type { Providers } from "../screening/provider.ts";

/** What the actions need. */
export interface ActContext {
  db: Store;
  deployment: Deployment;
  pipeline: Pipeline;
  attester: AttestationSigner;
  secrets: SecretBook;
  deepFinality: readonly DeepFinality[];
  providers: Providers;
  circuits: Circuits;
  /** Told of messages that nobody has verified. */
  silence: SilenceBook;
  policy: Policy;
  log: Logger;
  countAction: CountAction;
}
