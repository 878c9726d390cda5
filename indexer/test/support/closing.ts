const closers: (() => Promise<void>)[] = [];

/** Has something done when the last test is over. Imported before the database's own such hook, so that it comes before it. */
export function whenOver(close: () => Promise<void>): void {
  closers.push(close);
}

after(async () => {
  for (const close of closers) await close();
});
