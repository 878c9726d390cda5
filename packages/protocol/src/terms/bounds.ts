/** Bounds that the contracts enforce (`contracts/libraries/TermsLib.sol`). */
export const MAX_ENCODED_BYTES = 8_000;
export const MAX_LEGS = 16;
export const MAX_PARTIES = 32;
export const MAX_ATTESTERS = 8;
export const MAX_FEES_PER_LEG = 4;

export const ZERO_ADDRESS = "0x0000000000000000000000000000000000000000";
export const ZERO_BYTES32 = "0x0000000000000000000000000000000000000000000000000000000000000000";
