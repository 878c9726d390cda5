const ISIN = /^[A-Z]{2}[A-Z0-9]{9}[0-9]$/;

/** Whether a text is an ISIN (ISO 6166): its form, and its check digit by Luhn over the letters written as numbers from 10. */
export function isIsin(value: string): boolean {
  if (!ISIN.test(value)) return false;
  const digits = [...value].map((character) => Number.parseInt(character, 36)).join("");
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const weighted = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return sum % 10 === 0;
}
