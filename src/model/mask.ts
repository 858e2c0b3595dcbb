import { lastAppliedAnnotation } from "./names.ts";
import { isRecord } from "./record.ts";

/** What stands in the place of a value that looks like a secret. */
export const maskedValue = "(masked)";

/** Names of variables, keys and flags whose value is nobody else's business. */
const secretName = /passwo?r?d|secret|token|credential|(?:^|[_-])key(?:$|[_-])|api_?key/i;

/**
 * A copy without what looks like a secret: literals of variables and ConfigMap keys that are called so, values of
 * such flags, user and password in addresses. `count`: how many were masked.
 */
export function maskSecrets<T>(whole: T): { readonly value: T; readonly count: number } {
  let count = 0;
  const hidden = (): string => {
    count += 1;
    return maskedValue;
  };
  const literal = (name: string, text: string): string =>
    secretName.test(name) && isLiteral(text) ? hidden() : textOf(text, hidden);
  const walk = (value: unknown, of: string): unknown => {
    if (typeof value === "string")
      return of === lastAppliedAnnotation ? applied(value) : textOf(value, hidden);
    if (Array.isArray(value)) return flagsOf(value, hidden).map((each) => walk(each, ""));
    if (!isRecord(value)) return value;
    const { name } = value;
    return Object.fromEntries(
      Object.entries(value).map(([key, own]) => {
        const called = key === "value" ? name : of === "data" ? key : undefined;
        const isText = typeof called === "string" && typeof own === "string";
        return [key, isText ? literal(called, own) : walk(own, key)];
      }),
    );
  };
  /** kubectl keeps the whole file as a text. */
  const applied = (text: string): string => {
    try {
      const before = count;
      const object = JSON.stringify(walk(JSON.parse(text), ""));
      return count === before ? text : object;
    } catch {
      return hidden();
    }
  };
  return { value: walk(whole, "") as T, count };
}

/** A file, a placeholder and a reference to another variable are no secret, and rules look at them. */
function isLiteral(text: string): boolean {
  return (
    text !== "" &&
    !["true", "false"].includes(text.toLowerCase()) &&
    !text.startsWith("/") &&
    !text.startsWith("$(") &&
    !(text.startsWith("__") && text.endsWith("__"))
  );
}

/** `--token abc` in two words. */
function flagsOf(words: readonly unknown[], hidden: () => string): readonly unknown[] {
  return words.map((word, at) => {
    const flag: unknown = words[at - 1];
    const isValue = typeof flag === "string" && isFlag(flag) && !flag.includes("=");
    return isValue && typeof word === "string" && !word.startsWith("-") && isLiteral(word) ? hidden() : word;
  });
}

function isFlag(word: string): boolean {
  return word.startsWith("-") && secretName.test(word.split("=", 1)[0] ?? "");
}

/** `--token=abc` and `https://user:password@host`, wherever in a text. */
function textOf(text: string, hidden: () => string): string {
  if (!text.includes("://") && !text.includes("=")) return text;
  return text
    .split(/(\s)/)
    .map((word) => {
      const at = word.indexOf("=");
      if (at > 0 && isFlag(word) && isLiteral(word.slice(at + 1))) return `${word.slice(0, at)}=${hidden()}`;
      return withoutUser(word, hidden);
    })
    .join("");
}

function withoutUser(word: string, hidden: () => string): string {
  const [first = "", ...rest] = word.split("://");
  return [
    first,
    ...rest.map((after) => {
      const end = after.search(/[/?#"'\\,]/);
      const authority = end < 0 ? after : after.slice(0, end);
      const at = authority.lastIndexOf("@");
      if (at < 0 || !authority.slice(0, at).includes(":")) return after;
      return `${hidden()}${after.slice(at)}`;
    }),
  ].join("://");
}
