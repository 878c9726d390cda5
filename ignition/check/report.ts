import type { Finding } from "./finding.ts";

/** The findings for a person: one line for each parameter that is as promised, three for each that is not, and a verdict. */
export function renderFindings(findings: readonly Finding[]): string {
  const lines: string[] = [];
  let chain = "";
  for (const finding of findings) {
    if (finding.chain !== chain) lines.push("", finding.chain);
    chain = finding.chain;
    if (finding.ok) lines.push(`  ok       ${finding.what}  ${finding.found}`);
    else
      lines.push(
        `  DIFFERS  ${finding.what}`,
        `             promised ${finding.promised}`,
        `             found    ${finding.found}`,
      );
  }
  const differing = findings.filter(({ ok }) => !ok).length;
  const verdict = differing === 0 ? "all as promised" : `${differing} not as promised`;
  return [...lines, "", `${findings.length} parameters, ${verdict}`].join("\n");
}
