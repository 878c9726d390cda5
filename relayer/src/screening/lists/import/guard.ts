import type { Manifest, ManifestList } from "../manifest.ts";

/** The least part of a list's entries that its next publication has, unless somebody has looked at it. */
const LEAST_PART = 0.9;

/** Why lists should not take the place of those that are there; empty when they may. */
export function objections(present: Manifest | null, next: readonly ManifestList[]): string[] {
  return (present?.lists ?? []).flatMap((old) => {
    const list = next.find((candidate) => candidate.list === old.list);
    if (list === undefined) return [`${old.list} is missing, and is screened against now`];
    const found: string[] = [];
    if (Date.parse(list.published_at) < Date.parse(old.published_at)) {
      found.push(`${old.list} was published ${list.published_at}, before the present one of ${old.published_at}`);
    }
    if (list.entries < old.entries * LEAST_PART) {
      found.push(`${old.list} has ${list.entries} entries, and the present one ${old.entries}`);
    }
    return found;
  });
}
