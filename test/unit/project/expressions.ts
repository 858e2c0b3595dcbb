import { readFileSync } from "node:fs";
import { parseAst } from "vitest/node";
import { cpuMillis } from "./cpu-time.ts";

/** A regular expression of the source. */
export interface Expression {
  readonly pattern: string;
  readonly flags: string;
}

/** Every literal one, and every one that is made of one string. */
export function expressionsIn(path: string): readonly Expression[] {
  const found: Expression[] = [];
  const look = (node: unknown): void => {
    if (Array.isArray(node)) for (const each of node) look(each);
    if (typeof node !== "object" || node === null || Array.isArray(node)) return;
    const {
      type,
      regex,
      callee,
      arguments: given,
    } = node as {
      readonly type?: string;
      readonly regex?: Expression;
      readonly callee?: { readonly name?: string };
      readonly arguments?: readonly { readonly value?: unknown }[];
    };
    if (type === "Literal" && regex !== undefined) found.push({ pattern: regex.pattern, flags: regex.flags });
    const [pattern, flags] = given ?? [];
    if (callee?.name === "RegExp" && typeof pattern?.value === "string")
      found.push({ pattern: pattern.value, flags: typeof flags?.value === "string" ? flags.value : "" });
    for (const each of Object.values(node)) look(each);
  };
  look(parseAst(readFileSync(path, "utf8"), { lang: "ts" }));
  return found;
}

/** Whether it repeats anything without a limit, or often: no other one takes time. */
export function repeats({ pattern }: Expression): boolean {
  return /[+*]|\{\d*,\d*\}/.test(pattern);
}

/** One character for each part of a pattern that takes some, in their order. */
function samples(pattern: string): readonly string[] {
  const parts = pattern.matchAll(
    /\\[pPuk](?:\{[^}]*\}|[0-9a-fA-F]{4})?|\\x[0-9a-fA-F]{2}|\\.|\[(\^?)((?:\\.|[^\]\\])*)\]|\{\d+,?\d*\}|\(\?<?[:=!]|\(\?<\w+>|[^]/gs,
  );
  const escapes: Readonly<Record<string, string>> = {
    s: " ",
    d: "1",
    w: "a",
    S: "x",
    D: "x",
    W: "-",
    n: "\n",
    r: "\r",
    t: "\t",
    b: "",
  };
  return [...parts].flatMap(([part, negated, members]) => {
    if (members !== undefined) {
      if (negated !== "") return ["x"];
      return [...new Set([...samples(members)].slice(0, 3))];
    }
    if (part.length > 1 && part.startsWith("\\")) return [escapes[part[1] ?? ""] ?? part[1] ?? ""];
    if (part === ".") return ["x"];
    return part.length > 1 || "^$|()?*+{}".includes(part) ? [] : [part];
  });
}

/** Texts that repeat a part of what the expression looks for, and end in what it does not. */
function* attacks(expression: Expression): Generator<{ readonly begin: string; readonly pump: string }> {
  const all = samples(expression.pattern).slice(0, 40);
  for (let from = 0; from < all.length; from += 1) {
    const before = all.slice(0, from).join("");
    for (let to = from + 1; to <= all.length; to += 1) {
      const pump = all.slice(from, to).join("");
      if (pump === "") continue;
      for (const begin of before === "" ? [""] : ["", before]) yield { begin, pump };
    }
  }
}

/** As the program uses them: the first match, or all of them. */
function search(regex: RegExp, text: string): unknown {
  return regex.global ? text.replaceAll(regex, "") : regex.exec(text);
}

/** By the clock, which costs nothing to look at: what is quick by it is quick. */
function isQuick(regex: RegExp, text: string, millis: number): boolean {
  const began = performance.now();
  search(regex, text);
  return performance.now() - began < millis;
}

function least(regex: RegExp, text: string, times: number): number {
  return cpuMillis(() => search(regex, text), times);
}

/** So many repetitions, one size after the other: what is exponential is seen before it takes for ever. */
const few = [4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 60, 200];
const tooLong = 40;

/** A linear expression takes a fraction of a millisecond for so many characters, a quadratic one far more. */
const many = 60_000;
const suspicious = 8;

/** A text whose fourfold takes far more than four times as long; undefined: none is found. */
export function slowText(expression: Expression): string | undefined {
  const regex = new RegExp(expression.pattern, expression.flags);
  for (const { begin, pump } of attacks(expression)) {
    const attack = (count: number): string => `${begin}${pump.repeat(count)}\n\u0000`;
    for (const count of few) {
      if (!isQuick(regex, attack(count), tooLong) && least(regex, attack(count), 2) > tooLong)
        return attack(count);
    }
    const count = Math.ceil(many / pump.length);
    if (isQuick(regex, attack(count), suspicious) || least(regex, attack(count), 3) < suspicious) continue;
    const quarter = attack(Math.ceil(count / 4));
    if (least(regex, attack(count), 2) > least(regex, quarter, 3) * 8) return quarter;
  }
  return undefined;
}
