import { rootAbi } from "@keystoneos/protocol/abi";
import { listen } from "./listen.ts";

listen("root", rootAbi, {});
