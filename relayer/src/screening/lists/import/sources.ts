import type { FileName } from "../formats.ts";

/** Where each file is published. The EU's token is the one it gives to everybody. */
export const SOURCES: Readonly<Record<FileName, string>> = {
  "SDN.CSV": "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/SDN.CSV",
  "ALT.CSV": "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ALT.CSV",
  "ADD.CSV": "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ADD.CSV",
  "SDN_COMMENTS.CSV": "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/SDN_COMMENTS.CSV",
  "EU.XML": "https://webgate.ec.europa.eu/fsd/fsf/public/files/xmlFullSanctionsList_1_1/content?token=dG9rZW4tMjAxNw",
  "UN.XML": "https://scsanctions.un.org/resources/xml/en/consolidated.xml",
};
