/**
 * What the protocol's off-chain parts use of LayerZero's EndpointV2: the life of a packet as events, and the calls that go on with a
 * stuck one. A test compares every entry with the published artifact.
 */
export const endpointAbi = [
  {
    type: "event",
    name: "PacketSent",
    anonymous: false,
    inputs: [
      { name: "encodedPayload", type: "bytes", indexed: false },
      { name: "options", type: "bytes", indexed: false },
      { name: "sendLibrary", type: "address", indexed: false },
    ],
  },
  {
    type: "event",
    name: "PacketVerified",
    anonymous: false,
    inputs: [
      {
        name: "origin",
        type: "tuple",
        indexed: false,
        components: [
          { name: "srcEid", type: "uint32" },
          { name: "sender", type: "bytes32" },
          { name: "nonce", type: "uint64" },
        ],
      },
      { name: "receiver", type: "address", indexed: false },
      { name: "payloadHash", type: "bytes32", indexed: false },
    ],
  },
  {
    type: "event",
    name: "PacketDelivered",
    anonymous: false,
    inputs: [
      {
        name: "origin",
        type: "tuple",
        indexed: false,
        components: [
          { name: "srcEid", type: "uint32" },
          { name: "sender", type: "bytes32" },
          { name: "nonce", type: "uint64" },
        ],
      },
      { name: "receiver", type: "address", indexed: false },
    ],
  },
  {
    type: "event",
    name: "LzReceiveAlert",
    anonymous: false,
    inputs: [
      { name: "receiver", type: "address", indexed: true },
      { name: "executor", type: "address", indexed: true },
      {
        name: "origin",
        type: "tuple",
        indexed: false,
        components: [
          { name: "srcEid", type: "uint32" },
          { name: "sender", type: "bytes32" },
          { name: "nonce", type: "uint64" },
        ],
      },
      { name: "guid", type: "bytes32", indexed: false },
      { name: "gas", type: "uint256", indexed: false },
      { name: "value", type: "uint256", indexed: false },
      { name: "message", type: "bytes", indexed: false },
      { name: "extraData", type: "bytes", indexed: false },
      { name: "reason", type: "bytes", indexed: false },
    ],
  },
  {
    type: "function",
    name: "lzReceive",
    stateMutability: "payable",
    inputs: [
      {
        name: "_origin",
        type: "tuple",
        components: [
          { name: "srcEid", type: "uint32" },
          { name: "sender", type: "bytes32" },
          { name: "nonce", type: "uint64" },
        ],
      },
      { name: "_receiver", type: "address" },
      { name: "_guid", type: "bytes32" },
      { name: "_message", type: "bytes" },
      { name: "_extraData", type: "bytes" },
    ],
    outputs: [],
  },
  {
    type: "function",
    name: "verifiable",
    stateMutability: "view",
    inputs: [
      {
        name: "_origin",
        type: "tuple",
        components: [
          { name: "srcEid", type: "uint32" },
          { name: "sender", type: "bytes32" },
          { name: "nonce", type: "uint64" },
        ],
      },
      { name: "_receiver", type: "address" },
    ],
    outputs: [{ name: "", type: "bool" }],
  },
  {
    type: "function",
    name: "initializable",
    stateMutability: "view",
    inputs: [
      {
        name: "_origin",
        type: "tuple",
        components: [
          { name: "srcEid", type: "uint32" },
          { name: "sender", type: "bytes32" },
          { name: "nonce", type: "uint64" },
        ],
      },
      { name: "_receiver", type: "address" },
    ],
    outputs: [{ name: "", type: "bool" }],
  },
  {
    type: "function",
    name: "inboundPayloadHash",
    stateMutability: "view",
    inputs: [
      { name: "receiver", type: "address" },
      { name: "srcEid", type: "uint32" },
      { name: "sender", type: "bytes32" },
      { name: "inboundNonce", type: "uint64" },
    ],
    outputs: [{ name: "payloadHash", type: "bytes32" }],
  },
  {
    type: "function",
    name: "lazyInboundNonce",
    stateMutability: "view",
    inputs: [
      { name: "receiver", type: "address" },
      { name: "srcEid", type: "uint32" },
      { name: "sender", type: "bytes32" },
    ],
    outputs: [{ name: "nonce", type: "uint64" }],
  },
  {
    type: "function",
    name: "inboundNonce",
    stateMutability: "view",
    inputs: [
      { name: "_receiver", type: "address" },
      { name: "_srcEid", type: "uint32" },
      { name: "_sender", type: "bytes32" },
    ],
    outputs: [{ name: "", type: "uint64" }],
  },
  {
    type: "function",
    name: "outboundNonce",
    stateMutability: "view",
    inputs: [
      { name: "sender", type: "address" },
      { name: "dstEid", type: "uint32" },
      { name: "receiver", type: "bytes32" },
    ],
    outputs: [{ name: "nonce", type: "uint64" }],
  },
] as const;
