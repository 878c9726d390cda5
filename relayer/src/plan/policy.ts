/** The intervals of the reconciler, in seconds. */
export interface Policy {
  /** A message older than this that did not arrive is looked for at its target and executed there if it is verified. */
  messageRetrySeconds: number;
  /** A message older than this that is not even verified is sent again. */
  messageResendSeconds: number;
  /** A successful call without lasting effect (a leg that stayed claimable) is made again after this, doubling to an hour. */
  repeatSeconds: number;
  /** How much longer than the settle deadline an attestation is valid. */
  attestationMarginSeconds: number;
  /** How long a screening provider may take for one answer. */
  providerTimeoutSeconds: number;
  /** The router is there, so that creation, attestation and the steps they allow may be one transaction. */
  opensAtOnce: boolean;
}

export const LONGEST_WAIT_SECONDS = 3600;
