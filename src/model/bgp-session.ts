import type { Truth } from "./reading.ts";

/** One BGP session as BIRD has it (`show protocols all`). */
export interface BgpSession {
  /** The protocol's name: Mesh_10_0_0_2, Node_…, Global_…. */
  readonly name: string;
  /** The peer's address; undefined where BIRD does not say it. */
  readonly address?: string;
  /** The node of this cluster that has it, where somebody knows that. */
  readonly node?: string;
  readonly established: boolean;
  /** Idle, Connect, Active, OpenSent, OpenConfirm, Established, Close, Down, or what a newer BIRD says. */
  readonly state: string;
  /** Of all its channels; undefined where BIRD does not say it. */
  readonly imported?: number;
  /**
   * Graceful restart (RFC 4724). `peer`: it keeps routes while we restart; `own`: we ask it to. BIRD 1.x does not say what
   * it announces itself, and nobody knows what a peer can do before the session is established.
   */
  readonly gracefulRestart: { readonly own: Truth; readonly peer: Truth };
}

export type BirdAnswer =
  | { readonly kind: "sessions"; readonly sessions: readonly BgpSession[] }
  | { readonly kind: "unreadable"; readonly why: string };

/** A protocol: name, kind, table, state, since when (one word or two), and what it says of itself. */
const protocolLine = /^(\S{1,255}) +(\S{1,32}) +(\S{1,255}) +(?:up|start|feed|stop|down|flush)(?: |$)/;
const headline = /^name +proto +table +state +since +info *$/i;
const version = /^BIRD \S{1,64}(?: \S{1,64})? ready\.$/;

/** Nobody has so many peers; what says so is not BIRD. */
const mostSessions = 20_000;

/**
 * The BGP sessions in what `birdcl show protocols all` prints, of BIRD 1.x and 2.x. Strict: what does not look like all of
 * such an answer is unreadable, and no session is made up from it. Takes time in proportion to the text.
 */
export function parseProtocols(text: string): BirdAnswer {
  const lines = text.split("\n").map((line) => line.trimEnd());
  const first = lines.findIndex((line) => line !== "");
  if (!version.test(lines[first] ?? "")) return unreadable("it does not begin as BIRD's answers do");
  const head = lines.findIndex((line) => headline.test(line));
  if (head === -1) return unreadable("it has no table of protocols");
  const sessions: BgpSession[] = [];
  const names = new Set<string>();
  let name: string | undefined;
  let details: string[] = [];
  const finish = (): string | undefined => {
    if (name === undefined) return undefined;
    const session = sessionOf(name, details);
    if (session === undefined) return `protocol ${name} has no BGP state`;
    if (names.has(name)) return `protocol ${name} is there twice`;
    names.add(name);
    sessions.push(session);
    return sessions.length > mostSessions ? "it has too many protocols" : undefined;
  };
  for (const line of lines.slice(head + 1)) {
    if (line === "") continue;
    if (line.startsWith(" ") || line.startsWith("\t")) {
      details.push(line);
      continue;
    }
    const [, found, kind] = protocolLine.exec(line) ?? [];
    if (found === undefined) return unreadable("a line of it is no protocol");
    const wrong = finish();
    if (wrong !== undefined) return unreadable(wrong);
    name = kind === "BGP" ? found : undefined;
    details = [];
  }
  const wrong = finish();
  return wrong === undefined ? { kind: "sessions", sessions } : unreadable(wrong);
}

function unreadable(why: string): BirdAnswer {
  return { kind: "unreadable", why };
}

function sessionOf(name: string, details: readonly string[]): BgpSession | undefined {
  let state: string | undefined;
  let address: string | undefined;
  let imported: number | undefined;
  for (const line of details) {
    const [key, value] = fieldOf(line);
    if (key === "BGP state") state ??= value;
    else if (key === "Neighbor address") address ??= value;
    else if (key === "Routes") {
      const count = /^(\d{1,10}) imported/.exec(value)?.[1];
      if (count !== undefined) imported = (imported ?? 0) + Number(count);
    }
  }
  if (state === undefined || !/^[A-Za-z]{1,32}$/.test(state)) return undefined;
  const established = state === "Established";
  return {
    name,
    state,
    established,
    gracefulRestart: established ? gracefulRestartOf(details) : { own: "unknown", peer: "unknown" },
    ...(address === undefined || address === "" ? {} : { address }),
    ...(imported === undefined ? {} : { imported }),
  };
}

/** `  Routes:         1 imported`: before and behind the first colon. */
function fieldOf(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  return colon === -1 ? [line.trim(), ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}

function gracefulRestartOf(details: readonly string[]): BgpSession["gracefulRestart"] {
  const caps = details.find((line) => line.trimStart().startsWith("Neighbor caps:"));
  if (caps !== undefined) {
    const words = fieldOf(caps)[1].split(/ +/);
    return { own: "unknown", peer: words.includes("restart-able") || words.includes("restart-aware") };
  }
  const own = capabilities(details, "Local capabilities");
  const peer = capabilities(details, "Neighbor capabilities");
  return {
    // Without a time it only helps others to restart.
    own: own?.some((line) => line.startsWith("Restart time:")) ?? "unknown",
    peer: peer?.includes("Graceful restart") ?? "unknown",
  };
}

/** The lines of a block, which are indented deeper than its title; undefined: it is not there. */
function capabilities(details: readonly string[], title: string): readonly string[] | undefined {
  const at = details.findIndex((line) => line.trim() === title);
  if (at === -1) return undefined;
  const depth = indentOf(details[at] ?? "");
  const block: string[] = [];
  for (const line of details.slice(at + 1)) {
    if (indentOf(line) <= depth) break;
    block.push(line.trim());
  }
  return block;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
