/** `trade_reference` as TypeScript writes it. Only for names that a schema lists: nothing is cased by its looks. */
export function camelName(wire: string): string {
  return wire.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
