/**
 * The one error of this package for input that breaks a rule: `code` for machines, `field` where in the input, `message` for people.
 * Faults of terms and rulesets that a contract would name are values (`TermsFault`, `RulesetFault`), not errors.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode;
  readonly field: string | undefined;

  constructor(code: ProtocolErrorCode, message: string, options: { field?: string | undefined; cause?: unknown } = {}) {
    super(
      options.field === undefined || options.field === "" ? message : `${options.field}: ${message}`,
      "cause" in options ? { cause: options.cause } : undefined,
    );
    this.code = code;
    this.field = options.field;
  }
}

export type ProtocolErrorCode =
  | "terms_encoding"
  | "terms_json"
  | "commitment_input"
  | "signing_input"
  | "ruleset_input"
  | "template_config"
  | "deployment_invalid"
  | "quantity_form"
  | "quantity_precision"
  | "quantity_range"
  | "fee_input"
  | "event_input"
  | "evidence_input"
  | "message_encoding";
