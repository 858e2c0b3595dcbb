import type { WhatIfChange } from "./kind.ts";

/** `TCP 80, UDP`; `all` for the empty list. */
export function portsText(ports: WhatIfChange["ports"]): string {
  if (ports.length === 0) return "all";
  const texts = ports.map(({ protocol, from, to }) =>
    from === 1 && to === 65_535
      ? protocol
      : `${protocol} ${from === to ? String(from) : `${String(from)}-${String(to)}`}`,
  );
  return texts.join(", ");
}
