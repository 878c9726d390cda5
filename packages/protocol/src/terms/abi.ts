const feeComponents = [
  { name: "recipient", type: "address" },
  { name: "amount", type: "uint256" },
] as const;

const legComponents = [
  { name: "chainId", type: "uint64" },
  { name: "escrow", type: "address" },
  { name: "token", type: "address" },
  { name: "standard", type: "uint8" },
  { name: "tokenId", type: "uint256" },
  { name: "amount", type: "uint256" },
  { name: "partition", type: "bytes32" },
  { name: "from", type: "uint8" },
  { name: "to", type: "uint8" },
  { name: "fees", type: "tuple[]", components: feeComponents },
] as const;

/** The ABI parameter `Terms terms`. Written out, so that /terms does not load the contracts' ABIs; a test compares it with them. */
export const termsAbiParameter = {
  name: "terms",
  type: "tuple",
  components: [
    { name: "ref", type: "bytes16" },
    { name: "chainId", type: "uint64" },
    { name: "coordinator", type: "address" },
    { name: "ruleset", type: "bytes32" },
    { name: "parties", type: "bytes32[]" },
    { name: "legs", type: "tuple[]", components: legComponents },
    { name: "depositDeadline", type: "uint40" },
    { name: "settleDeadline", type: "uint40" },
    { name: "attesters", type: "address[]" },
    { name: "threshold", type: "uint8" },
    { name: "operator", type: "address" },
    { name: "parent", type: "bytes32" },
    { name: "notBefore", type: "uint40" },
  ],
} as const;
