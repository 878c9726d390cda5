export interface Import {
  /** What stands between the quotes; null for a dynamic import whose target is computed. */
  specifier: string | null;
  /** Erased before it runs: `import type`, `export type`. */
  typeOnly: boolean;
}

// Comments and strings are tokens of their own, so that nothing inside them is taken for an import.
const TOKENS =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<![.\w$])(?:import|export|from)(?![\w$])/g;

interface Token {
  text: string;
  start: number;
  end: number;
}

/** Every static, re-exporting and dynamic import of a TypeScript source, in order. */
export function importsOf(source: string): Import[] {
  const tokens = [...source.matchAll(TOKENS)]
    .map(([text], index, all): Token => {
      const start = all[index]?.index ?? 0;
      return { text, start, end: start + text.length };
    })
    .filter(({ text }) => !text.startsWith("//") && !text.startsWith("/*"));
  const found: Import[] = [];
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1];
    const between = withoutComments(source.slice(token.end, next?.start ?? source.length));
    const literal = next !== undefined && /^["']/.test(next.text) ? next.text.slice(1, -1) : null;
    if (token.text === "import" && /^\s*\(/.test(between)) {
      found.push({ specifier: /^\s*\(\s*$/.test(between) ? literal : null, typeOnly: false });
    } else if (literal !== null && /^\s*$/.test(between)) {
      if (token.text === "import") found.push({ specifier: literal, typeOnly: false });
      if (token.text === "from") found.push({ specifier: literal, typeOnly: isTypeOnly(source, tokens, index) });
    }
  }
  return found;
}

/** Every import path of a Solidity source. */
export function solidityImportsOf(source: string): string[] {
  const code = withoutComments(source);
  return [...code.matchAll(/^\s*import\s+(?:[^"';]*?from\s+)?["']([^"']+)["']/gm)].map(([, path]) => path ?? "");
}

function isTypeOnly(source: string, tokens: readonly Token[], from: number): boolean {
  const opening = tokens.slice(0, from).findLast(({ text }) => text === "import" || text === "export");
  return opening !== undefined && /^\s+type\s+(?!from\s*["'])/.test(source.slice(opening.end));
}

function withoutComments(text: string): string {
  return text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "");
}
