import { z } from "zod";

/** What is read of World-Check One's answers, by its published definition of API v2; everything else in them is left alone. */

const systemId = z.string().regex(/^[A-Za-z0-9_-]{1,192}$/);

export const caseReferenceSchema = z.object({ caseId: z.string(), caseSystemId: systemId });

const resultSchema = z.object({
  providerType: z.string().nullish(),
  matchScore: z.number().nullish(),
  categories: z.array(z.string()).nullish(),
  resolution: z.object({ statusId: z.string().nullish() }).nullish(),
  resultReview: z.object({ reviewRequired: z.boolean().nullish() }).nullish(),
});

export type Result = z.infer<typeof resultSchema>;

const caseSchema = z.object({
  caseSystemId: systemId,
  name: z.string(),
  groupId: z.string(),
  providerTypes: z.array(z.string()),
});

export type Case = z.infer<typeof caseSchema>;

const results = z.array(resultSchema).max(10_000);

/** Of `POST /cases/screeningRequest`: the case and its results in one. */
export const newCaseSchema = caseSchema.extend({ results });

/** Of `POST /cases/{caseSystemId}/screeningRequest` with `caseInfo`. */
export const screenedCaseSchema = z.object({ case: caseSchema, results });

/** The type is POSITIVE, POSSIBLE, FALSE or UNSPECIFIED; labels are the institution's own words. */
const statusSchema = z.object({ id: z.string(), type: z.string().nullish() });

export const toolkitSchema = z.object({ resolutionFields: z.object({ statuses: z.array(statusSchema).max(1_000) }) });

/** What a status of the group's resolution toolkit stands for, by its id. */
export type StatusTypes = ReadonlyMap<string, string>;
