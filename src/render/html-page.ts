import { escapeHtml } from "./html-escape.ts";

/**
 * A page that needs nothing else: no request goes out, and a script runs only where `scripts` says that it has one of
 * its own. `style` and `body` are the program's own HTML, with everything from elsewhere escaped.
 */
export function htmlPage(
  { title, style, scripts }: { readonly title: string; readonly style: string; readonly scripts: boolean },
  body: string,
): string {
  const sources = `default-src 'none'; style-src 'unsafe-inline'${scripts ? "; script-src 'unsafe-inline'" : ""}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${sources}">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${body}
</body>
</html>
`;
}
