/** Hexadecimal SHA-256 of a text; the edge hands it in. */
export type Hash = (text: string) => string;
