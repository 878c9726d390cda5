/** A controller that ends with the signal too, and how to let go of the signal. */
export function linked(signal: AbortSignal | undefined): { controller: AbortController; release: () => void } {
  const controller = new AbortController();
  const end = () => controller.abort(signal?.reason);
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end, { once: true });
  return { controller, release: () => signal?.removeEventListener("abort", end) };
}
