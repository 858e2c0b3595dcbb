import { upstreamOf, type Upstream, type UpstreamData } from "../releases/upstream.ts";

let loaded: Promise<Upstream> | undefined;

/** Upstream's manifests, unpacked where a command first asks for them. */
export function upstream(): Promise<Upstream> {
  return (loaded ??= unpack());
}

async function unpack(): Promise<Upstream> {
  const [{ upstreamData }, { brotliDecompressSync }] = await Promise.all([
    import("../releases/upstream-data.ts"),
    import("node:zlib"),
  ]);
  const text = brotliDecompressSync(Buffer.from(upstreamData, "base64")).toString("utf8");
  // Written from this very type.
  return upstreamOf(JSON.parse(text) as UpstreamData);
}
