import { distance } from "fastest-levenshtein";

/** Letters of other alphabets that do not decompose into a Latin letter and a mark. */
const LETTERS: Readonly<Record<string, string>> = {
  Æ: "AE",
  Ø: "O",
  Œ: "OE",
  Ł: "L",
  Đ: "D",
  Ð: "D",
  Þ: "TH",
  ẞ: "SS",
  ı: "I",
};

/** Upper-case words without marks and punctuation, sorted: "Doe, Jóhn" and "JOHN DOE" are one name. */
export function normalizeName(name: string): string[] {
  return name
    .toUpperCase()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[ÆØŒŁĐÐÞẞı]/gu, (letter) => LETTERS[letter] ?? letter)
    .replace(/['’`.]/gu, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .sort();
}

/**
 * How alike two normalised names are, 0 to 1: the greater of the edit similarity of the whole and the overlap of the words, where a name
 * of two or more words (or one long word) that is wholly contained in the other counts as the same.
 */
export function similarity(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const [left, right] = [a.join(" "), b.join(" ")];
  const edits = 1 - distance(left, right) / Math.max(left.length, right.length);
  return Math.max(edits, overlap(a, b));
}

function overlap(a: readonly string[], b: readonly string[]): number {
  const [fewer, more] = a.length <= b.length ? [a, b] : [b, a];
  const rest = [...more];
  let shared = 0;
  for (const word of fewer) {
    const at = rest.indexOf(word);
    if (at < 0) continue;
    rest.splice(at, 1);
    shared++;
  }
  const telling = fewer.length >= 2 || (fewer[0]?.length ?? 0) >= LONG_WORD;
  if (shared === fewer.length && telling) return 1;
  return (2 * shared) / (a.length + b.length);
}

const LONG_WORD = 7;
