import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { normalizeName } from "../names.ts";
import type { EntitySubject, Finding, ScreeningProvider } from "../provider.ts";
import { type ProviderAnswer, refusal, request } from "../request.ts";
import {
  type Case,
  caseReferenceSchema,
  newCaseSchema,
  type Result,
  type StatusTypes,
  screenedCaseSchema,
  toolkitSchema,
} from "./answers.ts";
import { judge } from "./judge.ts";
import { type ApiKey, signedHeaders } from "./sign.ts";

export interface WorldCheckConfig extends ApiKey {
  /** With the version, such as https://api-worldcheck.refinitiv.com/v2. */
  url: string;
  groupId: string;
}

const NAME = "lseg_worldcheck";
const WATCHLIST = "WATCHLIST";

/**
 * LSEG World-Check One, API v2. A party has one case, made by its first screening and screened in full by every further one, so that what
 * the institution's analysts have resolved there holds. Nothing is kept here: a case is found by its id, which follows from the party.
 */
export function worldCheck(config: WorldCheckConfig) {
  const { url: base, groupId } = config;

  const ask = (
    method: "GET" | "POST",
    path: string,
    signal: AbortSignal,
    content?: object,
  ): Promise<ProviderAnswer> => {
    const url = new URL(`${base}/${path}`);
    const message = { method, url, ...(content === undefined ? {} : { body: JSON.stringify(content) }) };
    // Signed here, so that an attempt that is made anew has the time of its own.
    return request({ ...message, headers: signedHeaders(config, message, new Date()) }, signal);
  };

  const findCase = async (caseId: string, signal: AbortSignal): Promise<string | null> => {
    const answer = await ask("GET", `caseReferences?caseId=${caseId}`, signal);
    if (answer.status === 404) return null;
    const found = read(caseReferenceSchema, "the search of the case", answer);
    if (found.caseId !== caseId) throw new Error("the search of the case found another one");
    return found.caseSystemId;
  };

  /** Screens at once and in full. */
  const screen = async ({ name }: EntitySubject, caseId: string, signal: AbortSignal) => {
    const known = await findCase(caseId, signal);
    if (known === null) {
      const fields = { customFields: [], secondaryFields: [] };
      const made = { caseId, groupId, entityType: "UNSPECIFIED", name, providerTypes: [WATCHLIST], ...fields };
      const answer = await ask("POST", "cases/screeningRequest", signal, made);
      const { results, ...screened } = read(newCaseSchema, "the screening of a new case", answer);
      return { screened, results };
    }
    const mode = { screeningMode: "FULL_SYNC", caseInfo: true };
    const answer = await ask("POST", `cases/${known}/screeningRequest`, signal, mode);
    // A screening that was put in a queue instead says nothing yet.
    if (answer.status === 201) throw refusal("the screening of a case", answer);
    const { case: screened, results } = read(screenedCaseSchema, "the screening of a case", answer);
    if (screened.caseSystemId !== known) throw new Error("another case was screened");
    return { screened, results };
  };

  const statusTypes = async (signal: AbortSignal): Promise<StatusTypes> => {
    const path = `groups/${encodeURIComponent(groupId)}/resolutionToolkits/${WATCHLIST}`;
    const { resolutionFields } = read(toolkitSchema, "the resolution toolkit", await ask("GET", path, signal));
    return new Map(resolutionFields.statuses.map(({ id, type }) => [id, type ?? "UNSPECIFIED"]));
  };

  return {
    name: NAME,
    async screenEntity(subject: EntitySubject, signal: AbortSignal): Promise<Finding> {
      const { screened, results } = await screen(subject, `keystone-${subject.key}`, signal);
      checkCase(screened, subject, groupId);
      const matches = results.filter(({ providerType }) => (providerType ?? WATCHLIST) === WATCHLIST);
      const types = matches.some(isResolved) ? await statusTypes(signal) : new Map<string, string>();
      return { ...judge(matches, types), referenceId: `${NAME}:${screened.caseSystemId}:${randomUUID()}` };
    },
  } satisfies ScreeningProvider;
}

function isResolved({ resolution }: Result): boolean {
  return typeof resolution?.statusId === "string";
}

function read<T extends z.ZodType>(schema: T, what: string, answer: ProviderAnswer): z.infer<T> {
  if (answer.body === null) throw refusal(what, answer);
  const parsed = schema.safeParse(answer.body);
  // What it says instead is not repeated: it may be about a person.
  if (!parsed.success) throw new Error(`the answer to ${what} is none: ${parsed.error.issues[0]?.path.join(".")}`);
  return parsed.data;
}

/** A case can be edited by hand, and moved: one about somebody else clears nobody. */
function checkCase({ name, groupId, providerTypes }: Case, subject: EntitySubject, expectedGroup: string): void {
  const same = normalizeName(name).join(" ") === normalizeName(subject.name).join(" ");
  if (!same) throw new Error("the case has another name");
  if (groupId !== expectedGroup) throw new Error("the case is in another group");
  if (!providerTypes.includes(WATCHLIST)) throw new Error("the case is not screened against the watchlist");
}
