import type { Answer } from "./ask.ts";
import type { Seen } from "./api-servers.ts";

/** What came of a case, for one of the two. */
export interface Outcome extends Answer {
  readonly seen: Seen | undefined;
  /** How often an odd answer was given. */
  readonly times: number;
}

/** Where we do not do what kubectl does. Each stands in docs/kubectl-differences.md under its id. */
export const differences: readonly {
  readonly id: string;
  readonly is: (kubectl: Outcome, ours: Outcome) => boolean;
}[] = [
  {
    id: "no-api-server",
    is: words(
      /^error: (serializer for text\/\w+ doesn't exist|unexpected end of JSON input)\n$/,
      /this is not a Kubernetes API server, or something stands between/,
    ),
  },
  {
    id: "answer-cut",
    is: (kubectl, ours) =>
      kubectl.stderr.startsWith("error: unexpected error when reading response body. Please retry.") &&
      kubectl.stderr === ours.stderr &&
      kubectl.times === 1 &&
      ours.times === 3,
  },
  {
    id: "broken-kubeconfig",
    is: words(
      /error loading config file "[^"]*": (error converting|yaml: |no kind |couldn't get version|json: )/,
      /error loading config file "[^"]*": /,
    ),
  },
  {
    id: "plugin-answer",
    is: words(/decoding stdout: (no kind|couldn't get version)/, /getting credentials: decoding stdout: /),
  },
  {
    id: "disable-compression",
    is: (kubectl, ours) =>
      kubectl.seen?.compressed === true &&
      JSON.stringify({ ...kubectl, seen: { ...kubectl.seen, compressed: false } }) === JSON.stringify(ours),
  },
];

/** Other words for the same, with the same exit code. */
function words(theirs: RegExp, own: RegExp) {
  return (kubectl: Outcome, ours: Outcome): boolean =>
    theirs.test(kubectl.stderr) &&
    own.test(ours.stderr) &&
    kubectl.stderr !== ours.stderr &&
    kubectl.code === ours.code;
}

/** Those that one request at a time does not show, and the test that holds each. */
export const heldElsewhere: Readonly<Record<string, readonly [file: string, test: string]>> = {
  "asked-again-after-401": [
    "test/unit/cluster/credentials.test.ts",
    "a token that a plugin gave and the server no longer takes is asked for again, and the command goes on",
  ],
  "writes-once": [
    "test/unit/cluster/request.test.ts",
    "never a write after 500 or a cut connection: it may have been done",
  ],
  "secrets-masked": ["test/unit/cluster/log.test.ts", "what a Secret or a token holds is shown at no level"],
  "verbose-timings": [
    "test/e2e/connection-oracle.test.ts",
    "-v=%i shows of each request what kubectl shows, credentials masked",
  ],
  "unknown-flag": ["test/unit/flags/cli.test.ts", "error: unknown flag: --contxt"],
  "watch-goes-on": [
    "test/unit/cluster/watch.test.ts",
    "goes on where it was cut: from the last event or bookmark, not from the start",
  ],
  redirects: [
    "test/unit/cluster/request.test.ts",
    "a redirect to another host is not followed with our token",
  ],
};
