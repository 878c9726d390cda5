type Snapshot = Record<string, unknown>;

/** One line for every entry that is not as it was. Empty when nothing differs. */
export function compare(before: Snapshot, now: Snapshot): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const [old, present] = [JSON.stringify(before[name]), JSON.stringify(now[name])];
    if (old === present) return [];
    if (old === undefined) return [`"${name}" is new: ${present}`];
    if (present === undefined) return [`"${name}" is gone: it was ${old}`];
    return [`"${name}" was ${old} and is ${present}`];
  });
}
