/** The pages of the development identity provider: a list of its four people, and what went wrong. No script, nothing from elsewhere. */
import { type DevelopmentPerson, developmentPeople } from "./people";

const style = `
:root { color-scheme: light dark; --bg: light-dark(#f4f6f8, #0e1116); --card: light-dark(#ffffff, #151920); --line: light-dark(#dde1e7, #28303a); --text: light-dark(#14181f, #e9edf2); --muted: light-dark(#525b69, #9ea8b5); --accent: light-dark(#0f6b66, #5fd0c4); }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--bg); color: var(--text); font: 15px/1.5 system-ui, sans-serif; display: flex; justify-content: center; padding: 12vh 16px 64px; }
main { width: 100%; max-width: 26rem; }
h1 { font-size: 1.125rem; margin: 0 0 .5rem; }
p { margin: 0 0 1rem; color: var(--muted); }
form { margin: 0; display: grid; gap: .5rem; }
button { font: inherit; text-align: left; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; cursor: pointer; }
button:hover { border-color: var(--accent); }
button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
strong { display: block; }
span { color: var(--muted); font-size: .875rem; }
`;

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escapeText = (text: string) => text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? "");

function frame(title: string, nonce: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)} · pLLM</title>
<style nonce="${nonce}">${style}</style>
</head>
<body><main>${body}</main></body>
</html>
`;
}

function choice(person: DevelopmentPerson): string {
  return `<button name="person" value="${escapeText(person.username)}"><strong>${escapeText(person.title)}: ${escapeText(person.name)}</strong><span>${escapeText(person.may)}</span></button>`;
}

export function choosePage(nonce: string): string {
  return frame(
    "Development sign-in",
    nonce,
    `<h1>Development sign-in</h1>
<p>Four example people, no passwords: this is not a real identity provider. It runs on this machine alone, until a Dex is connected. Who do you want to be?</p>
<form method="post">${developmentPeople.map(choice).join("\n")}</form>`,
  );
}

export function problemPage(nonce: string): string {
  return frame(
    "Development sign-in",
    nonce,
    `<h1>This sign-in is not there any more</h1><p role="alert">It took too long or was started elsewhere. Go back to pLLM and start again.</p>`,
  );
}
