import { connectionFlags, type ConnectionValues } from "../../../src/flags/connection.ts";

/** The values of the connection flags where none was given. */
export const noConnection = Object.fromEntries(
  Object.entries(connectionFlags).map(([key, flag]) => [
    key,
    flag.takes === "boolean" ? false : "repeat" in flag ? [] : undefined,
  ]),
) as unknown as ConnectionValues;
