/** What a figure was to be. */
export interface Target {
  name: string;
  measured: number;
  rule: Rule;
  limit: number;
  met: boolean;
}

export interface Report {
  targets: Target[];
  figures: object;
}

type Rule = "at least" | "at most" | "below";

export function target(name: string, measured: number, limit: number, rule: Rule): Target {
  const met = { "at least": measured >= limit, "at most": measured <= limit, below: measured < limit }[rule];
  return { name, measured, rule, limit, met };
}
