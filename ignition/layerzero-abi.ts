import { parseAbi } from "viem";

/** What deploying and checking ask of LayerZero's endpoint and libraries. A test compares it with their published artifacts. */
export const layerZeroAbi = parseAbi([
  // EndpointV2
  "function eid() view returns (uint32)",
  "function nativeToken() view returns (address)",
  "function delegates(address oapp) view returns (address delegate)",
  "function isRegisteredLibrary(address lib) view returns (bool)",
  "function getSendLibrary(address sender, uint32 dstEid) view returns (address lib)",
  "function isDefaultSendLibrary(address sender, uint32 dstEid) view returns (bool)",
  "function getReceiveLibrary(address receiver, uint32 srcEid) view returns (address lib, bool isDefault)",
  "function receiveLibraryTimeout(address receiver, uint32 srcEid) view returns (address lib, uint256 expiry)",
  "function outboundNonce(address sender, uint32 dstEid, bytes32 receiver) view returns (uint64 nonce)",
  // SendUln302 and ReceiveUln302
  "struct UlnConfig { uint64 confirmations; uint8 requiredDVNCount; uint8 optionalDVNCount; uint8 optionalDVNThreshold; address[] requiredDVNs; address[] optionalDVNs; }",
  "function isSupportedEid(uint32 eid) view returns (bool)",
  "function executorConfigs(address oapp, uint32 eid) view returns (uint32 maxMessageSize, address executor)",
  "function getAppUlnConfig(address oapp, uint32 remoteEid) view returns (UlnConfig)",
  "function getUlnConfig(address oapp, uint32 remoteEid) view returns (UlnConfig rtnConfig)",
  // Verifiers and executor, as the send library asks them
  "function getFee(uint32 dstEid, uint64 confirmations, address sender, bytes options) view returns (uint256 fee)",
  "function getFee(uint32 dstEid, address sender, uint256 calldataSize, bytes options) view returns (uint256 price)",
]);
