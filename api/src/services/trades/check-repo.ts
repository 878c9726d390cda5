import { ProtocolError, parseQuantity, type TemplateConfig } from "@keystoneos/protocol";
import { ApiError } from "../../errors/api-error.ts";
import { wholeSecond } from "../time.ts";

/** When a repo's closing opens, and what it pays. */
export interface RepoTerms {
  /** A whole second. */
  maturityAt: Date;
  /** Whole units of the payment instrument, as sent. */
  repaymentAmount: string;
}

/** The fields of a body that make a repo. */
interface RepoInput {
  settlement_category?: string | null | undefined;
  maturity_at?: Date | null | undefined;
  repayment_amount?: string | null | undefined;
  repo_rate?: number | null | undefined;
  timeout_at: Date;
}

const REPO_CATEGORY = "repo_open";

/** What makes the trade a repo, or null when it is none. Throws ApiError 422. */
export function checkRepo(config: TemplateConfig, input: RepoInput): RepoTerms | null {
  const category = input.settlement_category ?? null;
  checkCategory(config, category);
  if (category === null) {
    const given = (["maturity_at", "repayment_amount", "repo_rate"] as const).find((field) => input[field] != null);
    if (given === undefined) return null;
    throw new ApiError("repo_fields_forbidden", `${given} is for repo trades only; leave it out`, {
      loc: ["body", given],
    });
  }
  const { maturity_at, repayment_amount } = input;
  if (maturity_at == null) throw missing("maturity_at");
  if (repayment_amount == null) throw missing("repayment_amount");
  const maturityAt = wholeSecond(maturity_at);
  if (maturityAt <= wholeSecond(input.timeout_at)) {
    throw new ApiError("maturity_not_after_timeout", "maturity_at must be later than timeout_at", {
      loc: ["body", "maturity_at"],
    });
  }
  return { maturityAt, repaymentAmount: repayment_amount };
}

function checkCategory(
  { settlement_categories, settlement_category_required }: TemplateConfig,
  category: string | null,
) {
  const loc = ["body", "settlement_category"];
  if (category === null) {
    if (!settlement_category_required) return;
    const detail = `The template is for the category ${settlement_categories.join(" or ")} only; send settlement_category`;
    throw new ApiError("category_not_allowed", detail, { loc });
  }
  if (category === REPO_CATEGORY && settlement_categories.includes(category)) return;
  throw new ApiError("category_not_allowed", `The template does not allow the category ${category}; leave it out`, {
    loc,
  });
}

function missing(field: "maturity_at" | "repayment_amount"): ApiError {
  return new ApiError("repo_fields_required", `A repo needs ${field}`, { loc: ["body", field] });
}

/**
 * Judges the legs of a repo as far as they are known: cash goes one way in one leg, and the way back is paid in the same instrument.
 * `complete`: everything is listed. Throws ApiError 422.
 */
export function checkPayment(repo: RepoTerms, payments: readonly { decimals: number }[], complete: boolean): void {
  const [payment, ...others] = payments;
  if (others.length > 0 || (complete && payment === undefined)) {
    const detail = "A repo has exactly one payment leg: its closing pays repayment_amount back in that instrument";
    throw new ApiError("repo_payment_leg_required", detail, { loc: ["body", "legs"] });
  }
  if (payment === undefined) return;
  try {
    parseQuantity(repo.repaymentAmount, payment.decimals);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const loc = ["body", "repayment_amount"];
    if (error.code === "quantity_precision") {
      const detail = `The payment token has ${payment.decimals} decimals; send at most that many fraction digits`;
      throw new ApiError("quantity_precision", detail, { loc });
    }
    throw new ApiError("quantity_out_of_range", "The repayment exceeds 2^256-1 base units", { loc });
  }
}
