/** Why a deployment cannot be made, continued or checked. The message is for the person at the terminal; `name` is the cause's. */
export class DeployError extends Error {
  constructor(name: DeployErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}

export type DeployErrorName =
  | "ParametersInvalid"
  | "NotCompiled"
  | "ContractsDiffer"
  | "ChainNotReady"
  | "TransactionPending"
  | "DeploymentDiffers"
  | "DeploymentFailed"
  | "AddressesDiffer"
  | "ChainNotRead";
