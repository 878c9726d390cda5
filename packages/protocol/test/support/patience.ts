/** Milliseconds for a test that runs a hundred cases or a chain: no promise about speed, only an end to waiting on a busy machine. */
export const PATIENCE = 180_000;
