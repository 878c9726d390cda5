import anyAscii from "any-ascii";
import { distance } from "fastest-levenshtein";

/** A name in the forms in which it is compared: words in upper case without marks and punctuation, sorted. */
export interface Name {
  /** In its own script. */
  own: readonly string[];
  /** In Latin letters. */
  latin: readonly string[];
  /** The consonants of the Latin words, to compare with a script that writes few vowels; null where they tell too little. */
  consonants: readonly string[] | null;
  /** Written in that script, Arabic. */
  voweless: boolean;
}

/** "Doe, Jóhn" and "JOHN DOE" are one name in their own script, and so are "Łódź" and "LODZ". */
export function normalizeName(name: string): string[] {
  return (
    name
      .normalize("NFKD")
      .toUpperCase()
      // A capital may be composed again.
      .normalize("NFKD")
      // Marks, and letters that only modify, such as the half rings of transcribed Arabic.
      .replace(/[\p{M}\p{Lm}]/gu, "")
      .replace(/[\p{Script=Latin}--[A-Z]]/gv, (letter) => anyAscii(letter).toUpperCase())
      .replace(/['’`.]/gu, "")
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== "")
      .sort()
  );
}

export function readName(name: string): Name {
  const own = normalizeName(name);
  const latin = own.flatMap(romanize).sort();
  return {
    own,
    latin,
    consonants: consonantsOf(latin),
    voweless: /\p{Script=Arabic}/u.test(name),
  };
}

/**
 * How alike two names are, 0 to 1: of their Latin forms, and where one of them is written without vowels, of their consonants. A likeness
 * that is not above `floor` may come out lower than it is.
 */
export function likeness(a: Name, b: Name, floor = 0): number {
  const written = similarity(a.latin, b.latin, floor);
  if (a.voweless === b.voweless || a.consonants === null || b.consonants === null) return written;
  return Math.max(written, similarity(a.consonants, b.consonants, floor));
}

/**
 * How alike two sorted lists of words are, 0 to 1: the greater of the edit similarity of the whole and the overlap of the words, where a
 * name of two or more words (or one long word) that is wholly contained in the other counts as the same. `floor` as above.
 */
export function similarity(a: readonly string[], b: readonly string[], floor = 0): number {
  if (a.length === 0 || b.length === 0) return 0;
  const [left, right] = [a.join(" "), b.join(" ")];
  const longer = Math.max(left.length, right.length);
  // Each letter that one has more than the other is an edit.
  const possible = 1 - Math.abs(left.length - right.length) / longer;
  const edits = possible > floor ? 1 - distance(left, right) / longer : 0;
  return Math.max(edits, overlap(a, b));
}

function overlap(a: readonly string[], b: readonly string[]): number {
  const fewer = a.length <= b.length ? a : b;
  const shared = sharedWords(a, b);
  const telling = fewer.length >= 2 || (fewer[0]?.length ?? 0) >= LONG_WORD;
  if (shared === fewer.length && telling) return 1;
  return (2 * shared) / (a.length + b.length);
}

function sharedWords(a: readonly string[], b: readonly string[]): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [left, right] = [a[i] as string, b[j] as string];
    if (left === right) shared++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return shared;
}

function romanize(word: string): string[] {
  const latin = anyAscii(word).toUpperCase().replace(/['`]/g, "");
  return latin.split(/[^A-Z0-9]+/).filter((part) => part !== "");
}

/** Y and W stand for vowels as often as for consonants, and a doubled letter is written once. */
function consonantsOf(latin: readonly string[]): string[] | null {
  const words = latin
    .map((word) => word.replace(/[AEIOUYW]/g, "").replace(/(.)\1+/g, "$1"))
    .filter((word) => word !== "");
  const telling = words.length >= 2 && words.join("").length >= LEAST_CONSONANTS;
  return telling ? words.sort() : null;
}

const LONG_WORD = 7;
const LEAST_CONSONANTS = 5;
