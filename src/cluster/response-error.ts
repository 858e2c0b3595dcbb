import { apiError, type ApiError } from "../errors.ts";
import { isRecord } from "../model/record.ts";

/** What the server answered when it did not answer 2xx: its Status, or client-go's words for the code. */
export function responseError(answer: {
  readonly status: number;
  readonly method: string;
  /** Below the server; what was asked for is named. */
  readonly path: string;
  readonly body: unknown;
  readonly retryAfter: number | undefined;
}): ApiError {
  const { status, body } = answer;
  const retryAfter = answer.retryAfter === undefined ? {} : { retryAfter: answer.retryAfter };
  if (isStatus(body)) {
    return apiError({
      status,
      reason: textOr(body["reason"], ""),
      message: textOr(body["message"], "unknown"),
      ...(isRecord(body["details"]) ? { details: body["details"] } : {}),
      ...retryAfter,
    });
  }
  const said = typeof body === "string" ? body.slice(0, mostText).trim() : "unknown";
  const { reason, message } = generic(status, answer.method, said);
  const { group, resource, name } = resourceOf(answer.path);
  const qualified = group === "" ? resource : `${resource}.${group}`;
  const asked = [answer.method.toLowerCase(), qualified, name].filter((word) => word !== "").join(" ");
  return apiError({
    status,
    reason,
    message: resource === "" ? message : `${message} (${asked})`,
    details: { group, kind: resource, name, causes: [{ message: said }] },
    ...retryAfter,
  });
}

/** So much of an answer that is no Status is told. */
const mostText = 2048;

function resourceOf(path: string): {
  readonly group: string;
  readonly resource: string;
  readonly name: string;
} {
  const found =
    /^\/api(?:s\/([^/]+))?\/[^/]+(?:\/namespaces\/[^/]+)?\/([^/?]+)(?:\/([^/?]+))?/.exec(path) ?? [];
  const [, group = "", resource = "", name = ""] = found;
  return { group, resource, name: decodeURIComponent(name) };
}

/** A Status that arrives inside a watch. */
export function statusError(body: unknown): ApiError {
  const status = (body as { readonly code?: unknown } | null)?.code;
  return responseError({
    status: typeof status === "number" ? status : 500,
    method: "GET",
    path: "",
    body,
    retryAfter: undefined,
  });
}

/** metav1.Status. */
function isStatus(body: unknown): body is Readonly<Record<string, unknown>> {
  return isRecord(body) && body["kind"] === "Status";
}

function textOr(raw: unknown, otherwise: string): string {
  return typeof raw === "string" ? raw : otherwise;
}

/** client-go's NewGenericServerResponse. */
function generic(status: number, method: string, said: string): { reason: string; message: string } {
  switch (status) {
    case 400:
      return { reason: "BadRequest", message: "the server rejected our request for an unknown reason" };
    case 401:
      return {
        reason: "Unauthorized",
        message: "the server has asked for the client to provide credentials",
      };
    case 403:
      return { reason: "Forbidden", message: said };
    case 404:
      return { reason: "NotFound", message: "the server could not find the requested resource" };
    case 405:
      return {
        reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource",
      };
    case 406:
      return {
        reason: "NotAcceptable",
        message:
          said === "" || said === "unknown"
            ? "the server was unable to respond with a content type that the client supports"
            : said,
      };
    case 409:
      return {
        reason: method === "POST" ? "AlreadyExists" : "Conflict",
        message: "the server reported a conflict",
      };
    case 415:
      return { reason: "UnsupportedMediaType", message: said };
    case 422:
      return { reason: "Invalid", message: "the server rejected our request due to an error in our request" };
    case 429:
      return {
        reason: "TooManyRequests",
        message: "the server has received too many requests and has asked us to try again later",
      };
    case 503:
      return {
        reason: "ServiceUnavailable",
        message: "the server is currently unable to handle the request",
      };
    case 504:
      return {
        reason: "Timeout",
        message:
          "the server was unable to return a response in the time allotted, but may still be processing the request",
      };
    default:
      return status >= 500
        ? {
            reason: "InternalError",
            message: `an error on the server (${JSON.stringify(said)}) has prevented the request from succeeding`,
          }
        : {
            reason: "",
            message: `the server responded with the status code ${status} but did not return more information`,
          };
  }
}
