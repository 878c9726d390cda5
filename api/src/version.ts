/** The versions of the API's shapes, newest first, and the version of this process. */
export const API_VERSIONS = ["0.1.0"] as const;
export const LATEST_API_VERSION = API_VERSIONS[0];
