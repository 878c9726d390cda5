/** What LIKE takes for text that begins so, whatever signs are in it. */
export function asPrefix(text: string): string {
  return `${escapeLike(text)}%`;
}

/** What LIKE takes for text with this somewhere in it. */
export function asPart(text: string): string {
  return `%${escapeLike(text)}%`;
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, "\\$&");
}
