import type { ApiPromise } from "../core/api-promise.ts";
import type { PagePromise } from "../core/page.ts";
import type { RequestOptions } from "../core/request-options.ts";
import * as op from "../generated/operations.ts";
import type {
  Instrument,
  InstrumentCreate,
  ListInstrumentsQuery,
  ListSettlementTemplatesQuery,
  SettlementTemplate,
} from "../generated/types.ts";
import { gone } from "./gone.ts";
import { Namespace } from "./namespace.ts";

/** The kinds of trade that there are. */
export class Templates extends Namespace {
  /** The newest active versions. */
  list(page?: ListSettlementTemplatesQuery, options?: RequestOptions): PagePromise<SettlementTemplate> {
    return this.api.list(op.listSettlementTemplates, { query: page }, options);
  }

  get(id: string, options?: RequestOptions): ApiPromise<SettlementTemplate> {
    return this.api.call(op.getSettlementTemplate, { ids: [id] }, options);
  }
}

/** Names for tokens. An entry is never changed: delete it and create another one. */
export class Instruments extends Namespace {
  /** The own ones and those that everybody has. */
  list(filters?: ListInstrumentsQuery, options?: RequestOptions): PagePromise<Instrument> {
    return this.api.list(op.listInstruments, { query: filters }, options);
  }

  get(id: string, options?: RequestOptions): ApiPromise<Instrument> {
    return this.api.call(op.getInstrument, { ids: [id] }, options);
  }

  create(instrument: InstrumentCreate, options?: RequestOptions): ApiPromise<Instrument> {
    return this.api.call(op.createInstrument, { body: instrument }, options);
  }

  delete(id: string, options?: RequestOptions): ApiPromise<void> {
    return this.api.call(
      op.deleteInstrument,
      { ids: [id] },
      options,
      gone(() => this.get(id, options)),
    );
  }
}
