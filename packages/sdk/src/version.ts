/** Of this package, and of the API that its types were made from. */
export const VERSION = "0.1.0";
