import { z } from "@hono/zod-openapi";
import { isIsin } from "../isin.ts";
import { legType, tokenStandard } from "./enums.ts";
import { pageOf } from "./page.ts";
import {
  address,
  addressInput,
  base,
  baseInput,
  chainId,
  looksLikeAddress,
  orNull,
  text,
  time,
  uuid,
} from "./primitives.ts";

const aliasType = z.enum(["isin", "ticker", "custom"]).openapi("AliasType");
const decimals = z.int({ abort: true }).min(0).max(77);

const alias = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,64}$/, {
    error: "String should be 1 to 64 letters, digits and . _ : -",
    abort: true,
  })
  .superRefine((value, ctx) => {
    // Legs name a token by alias or by address: what is one must not be the other.
    if (looksLikeAddress(value)) refuse(ctx, [], "alias_is_address", "Alias should not look like an address");
  })
  .openapi({ example: "XS2530201644" });

export const InstrumentCreate = z
  .strictObject({
    alias,
    alias_type: aliasType,
    chain_id: chainId,
    token_address: addressInput,
    token_standard: tokenStandard,
    decimals: decimals.openapi({ description: "0 for ERC-721 and ERC-1155." }),
    leg_type: legType.nullish().openapi({ description: "What a leg of it is, unless it says so itself." }),
    name: text(1, 200).nullish(),
    token_id: baseInput
      .nullish()
      .openapi({ description: "For an ERC-721 or ERC-1155 alias that stands for one token." }),
  })
  .superRefine((value, ctx) => {
    if (value.alias_type === "isin" && !isIsin(value.alias)) {
      refuse(ctx, ["alias"], "isin_check_digit", "Alias should be an ISIN in upper case with its check digit");
    }
    if (value.token_standard === "ERC-721" || value.token_standard === "ERC-1155") {
      if (value.decimals !== 0)
        refuse(ctx, ["decimals"], "decimals_of_standard", `${value.token_standard} has no decimals`);
    } else if (value.token_id !== undefined && value.token_id !== null) {
      refuse(ctx, ["token_id"], "token_id_of_standard", `${value.token_standard} has no token ids`);
    }
  })
  .openapi("InstrumentCreate");

function refuse(ctx: z.RefinementCtx, path: string[], type: string, message: string): void {
  ctx.addIssue({ code: "custom", path, message, params: { type } });
}

export const InstrumentRead = z
  .strictObject({
    id: uuid,
    environment_id: uuid.nullable().openapi({ description: "Null for a global entry." }),
    alias: z.string().openapi({ example: "BOND-2026-A" }),
    alias_type: aliasType,
    chain_id: z.int().openapi({ example: 11155111 }),
    token_address: address,
    token_standard: tokenStandard,
    decimals: z.int().openapi({ example: 18 }).min(0).max(77),
    leg_type: orNull(legType),
    name: z.string().openapi({ example: "Acme 4.5% 2026" }).nullable(),
    token_id: base.nullable(),
    verified: z.boolean().openapi({ description: "Read on chain and equal." }),
    created_at: time,
  })
  .openapi("InstrumentRead");

export const InstrumentPage = pageOf("Instrument", InstrumentRead);

export type InstrumentCreate = z.output<typeof InstrumentCreate>;
export type InstrumentRead = z.output<typeof InstrumentRead>;
