/** Times in the core are milliseconds since the epoch; this file alone turns text into them. */
export type Millis = number;

/** RFC 3339 (object timestamps) or RFC 9110 (the Date header); undefined when it is neither. */
export function parseTime(text: string | undefined): Millis | undefined {
  if (text === undefined || text === "") return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** RFC 3339 with seconds, as Kubernetes writes times. */
export function formatTime(at: Millis): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** A time of the day where this process runs, with its zone: `04:00 CET`. */
export function formatClock(at: Millis): string {
  const clock = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  return clock.format(at);
}

/** The next time at which a clock where this process runs shows HH:MM; undefined: it is no time of the day. */
export function nextClock(text: string, now: Millis): Millis | undefined {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  const today = new Date(now);
  today.setHours(Number(hours), Number(minutes), 0, 0);
  if (today.getTime() > now) return today.getTime();
  today.setDate(today.getDate() + 1);
  today.setHours(Number(hours), Number(minutes), 0, 0);
  return today.getTime();
}
