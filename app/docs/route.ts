import { openApiPath } from "@/lib/paths";

export const dynamic = "force-static";

/**
 * Options of @scalar/api-reference 1.44 (its `apiReferenceConfigurationSchema`). Everything that would ask another server for
 * something is off: fonts, telemetry, the request proxy, the hosted client, sharing, and the assistant.
 */
const options = {
  url: openApiPath,
  withDefaultFonts: false,
  telemetry: false,
  showDeveloperTools: "never",
  hideClientButton: true,
  agent: { disabled: true },
  documentDownloadType: "direct",
  favicon: "/icon.svg",
};

// Scalar writes its styles into the page as it goes; everything else comes from this server and is allowed nothing more.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>pLLM API reference</title>
    <link rel="icon" href="/icon.svg">
  </head>
  <body>
    <noscript>The reference needs JavaScript; the description itself is at <a href="${openApiPath}">${openApiPath}</a>.</noscript>
    <script id="api-reference" type="application/json" data-configuration="${JSON.stringify(options).replaceAll('"', "&quot;")}"></script>
    <script src="/scalar.js"></script>
  </body>
</html>
`;

/** The API reference: Scalar's own script, served by us (scripts/build.mjs copies it to public/), reading /api/v1/openapi.json. */
export function GET(): Response {
  return new Response(page, {
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policy },
  });
}
