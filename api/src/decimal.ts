/**
 * The decimal string of a JSON number, written out without exponent; null when it is not above 0, not finite, or when its shortest
 * form has more than 15 significant digits and so may not be the number that was sent.
 */
export function formatDecimalNumber(value: number): string | null {
  if (!Number.isFinite(value) || value <= 0) return null;
  const [mantissa = "", exponentText = "0"] = String(value).toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = `${whole}${fraction}`;
  const point = whole.length + Number(exponentText);
  if (digits.replace(/^0+/, "").replace(/0+$/, "").length > 15) return null;
  const padded = point > digits.length ? digits.padEnd(point, "0") : digits;
  const integer = point > 0 ? padded.slice(0, point) : "";
  const rest = point > 0 ? padded.slice(point) : `${"0".repeat(-point)}${padded}`;
  const trimmed = rest.replace(/0+$/, "");
  const head = integer.replace(/^0+(?=[0-9])/, "") || "0";
  return trimmed === "" ? head : `${head}.${trimmed}`;
}
