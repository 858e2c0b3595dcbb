import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { sh } from "../model/shell.ts";
import { withoutUser } from "../model/server-address.ts";

/** kubectl's -v 6…10: what was asked and answered, with credentials masked, those in an address as well. */
export interface RequestLog {
  readonly level: number;
  line(level: number, message: string): void;
  request(method: string, url: string, headers: OutgoingHttpHeaders, body: string | undefined): void;
  response(exchange: {
    readonly method: string;
    readonly url: string;
    readonly status: string;
    readonly headers: IncomingHttpHeaders;
    readonly millis: number;
  }): void;
  responseBody(url: string, body: string): void;
}

/** `write` gets whole lines; the prefix is klog's. */
export function makeRequestLog(level: number, write: (line: string) => void, pid: number): RequestLog {
  function line(atLeast: number, message: string): void {
    if (level >= atLeast) write(`${klogPrefix(new Date(), pid)} ${message}`);
  }
  return {
    level,
    line,
    request(method, address, headers, body) {
      if (level < 7) return;
      const url = withoutUser(address);
      if (level >= 8) {
        const shown = body === undefined ? "" : shorten(mask(url, body), level);
        line(8, `"Request Body" body=${JSON.stringify(shown)}`);
      }
      line(
        7,
        level >= 9
          ? `"Request" curlCommand=<\n\t${curl(method, url, headers)}\n >`
          : `"Request" verb="${method}" url="${url}" headers=<\n${headerLines(headers)} >`,
      );
    },
    response({ method, url: address, status, headers, millis }) {
      const url = withoutUser(address);
      // Levels 7 and 8 have said above what was asked.
      const asked = level === 7 || level === 8 ? "" : ` verb="${method}" url="${url}"`;
      const shown = level >= 8 ? ` headers=<\n${headerLines(headers)} >` : "";
      line(6, `"Response"${asked} status="${status}"${shown} milliseconds=${Math.round(millis)}`);
    },
    responseBody(url, body) {
      // Not looked through for secrets where nobody sees it: lists are long.
      if (level < 8) return;
      line(8, `"Response Body" body=${JSON.stringify(shorten(mask(url, body), level))}`);
    },
  };
}

/** `I1120 21:49:38.906642    5962 request.ts]`: date, time in µs, process. */
function klogPrefix(at: Date, pid: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${two(at.getMonth() + 1)}${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const micros = String(at.getMilliseconds() * 1000).padStart(6, "0");
  return `I${day} ${time}.${micros} ${String(pid).padStart(7)} calico-upgrade]`;
}

const secretHeaders = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"]);

function headerLines(headers: OutgoingHttpHeaders | IncomingHttpHeaders): string {
  return shownHeaders(headers)
    .map(([name, value]) => `\t${name}: ${value}\n`)
    .join("");
}

/** Something to try by hand, once the token is put in. */
function curl(method: string, url: string, headers: OutgoingHttpHeaders): string {
  // In double quotes, as kubectl writes them; a shell reads $ and ` there.
  const shown = shownHeaders(headers).map(
    ([name, value]) => ` -H ${JSON.stringify(`${name}: ${value}`).replaceAll(/[$`]/g, String.raw`\$&`)}`,
  );
  return `${sh`curl -v -X${method}`} ${shown.join("")} '${url.replaceAll("'", "%27")}'`;
}

/** In Go's spelling and order, without what its transport adds or takes away by itself. */
function shownHeaders(headers: OutgoingHttpHeaders | IncomingHttpHeaders): (readonly [string, string])[] {
  return Object.entries(headers)
    .map(
      ([name, value]) =>
        [name.replaceAll(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase()), value] as const,
    )
    .filter(([name, value]) => value !== undefined && !byItself.has(name))
    .map(([name, value]) => [name, maskHeader(name, value)] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
}

const byItself = new Set(["Accept-Encoding", "Transfer-Encoding"]);

function maskHeader(name: string, value: string | number | readonly string[] | undefined): string {
  const text = Array.isArray(value) ? value.join(", ") : String(value);
  if (!secretHeaders.has(name.toLowerCase())) return text;
  const scheme = /^(Bearer|Basic|Negotiate) /i.exec(text)?.[1];
  return scheme === undefined ? "<masked>" : `${scheme} <masked>`;
}

/** What a Secret or a token holds is shown at no level; kubectl would show it. */
function mask(url: string, body: string): string {
  const secret =
    /\/secrets(\/|\?|$)|\/token(\?|$)/.test(url) || /"kind":\s*"(Secret|SecretList|TokenRequest)"/.test(body);
  return secret ? "<masked>" : body;
}

/** -v8 shows the first 1024 bytes, -v9 ten times as much, -v10 everything. */
function shorten(body: string, level: number): string {
  const most = level >= 10 ? body.length : level >= 9 ? 10_240 : 1024;
  return body.length <= most ? body : `${body.slice(0, most)} [truncated ${body.length - most} chars]`;
}
