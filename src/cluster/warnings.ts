/**
 * Warning headers (`299 - "text"`, RFC 7234), each text handed on once, as kubectl does; client-node
 * drops them.
 */
export function warningPrinter(print: (text: string) => void): (headers: readonly string[]) => void {
  const seen = new Set<string>();
  return (headers) => {
    for (const header of headers) {
      for (const [, quoted = ""] of header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)) {
        const text = quoted.replaceAll(/\\(.)/g, "$1");
        if (seen.has(text)) continue;
        seen.add(text);
        print(text);
      }
    }
  };
}
