/**
 * How other people's programs are told to call this server, for each of them. Pure. The key stands in the environment, never in what
 * is copied: a snippet ends up in files, chats and screenshots.
 */

export interface SnippetFacts {
  /** This server as the browser reached it, without a path. */
  origin: string;
  /** What callers put into `model`. */
  model: string;
}

export interface Snippet {
  /** Where it belongs: a file, a terminal, a form. */
  place: string;
  text: string;
}

interface Tool {
  name: string;
  label: string;
  snippets: (facts: SnippetFacts) => Snippet[];
  /** What one has to know beside it; `backticks` stand around names. */
  note?: (facts: SnippetFacts) => string;
}

/** The variable that the snippets read the key from. */
export const keyVariable = "PLLM_KEY";

const json = (value: unknown) => JSON.stringify(value);

function isOnThisMachine(origin: string): boolean {
  return /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(origin);
}

/** This server as a container on the same machine reaches it. */
function originInContainer(origin: string): string {
  return isOnThisMachine(origin) ? origin.replace(/localhost|127\.0\.0\.1|\[::1\]/, "host.docker.internal") : origin;
}

/** A text in a shell. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

const claudeCode = ({ origin, model }: SnippetFacts) =>
  [
    `export ANTHROPIC_BASE_URL=${origin}`,
    `export ANTHROPIC_AUTH_TOKEN=$${keyVariable}`,
    `export ANTHROPIC_MODEL=${quoted(model)}`,
    `export ANTHROPIC_DEFAULT_HAIKU_MODEL=${quoted(model)}`,
    "claude",
  ].join("\n");

const codex = ({ origin, model }: SnippetFacts) =>
  [
    `model = ${json(model)}`,
    'model_provider = "pllm"',
    "",
    "[model_providers.pllm]",
    'name = "pLLM"',
    `base_url = ${json(`${origin}/v1`)}`,
    `env_key = "${keyVariable}"`,
    'wire_api = "responses"',
  ].join("\n");

const curl = ({ origin, model }: SnippetFacts) =>
  [
    `curl ${origin}/v1/chat/completions \\`,
    `  -H "Authorization: Bearer $${keyVariable}" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${json({ model, messages: [{ role: "user", content: "Hello" }] }).replaceAll("'", "'\\''")}'`,
  ].join("\n");

const python = ({ origin, model }: SnippetFacts) => `import os
from openai import OpenAI

client = OpenAI(base_url=${json(`${origin}/v1`)}, api_key=os.environ["${keyVariable}"])
answer = client.chat.completions.create(
    model=${json(model)},
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)`;

const javascript = ({ origin, model }: SnippetFacts) => `import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${json(`${origin}/v1`)}, apiKey: process.env.${keyVariable} });
const answer = await client.chat.completions.create({
  model: ${json(model)},
  messages: [{ role: "user", content: "Hello" }],
});
console.log(answer.choices[0].message.content);`;

const langchain = ({ origin, model }: SnippetFacts) => `import os
from langchain_openai import ChatOpenAI

model = ChatOpenAI(
    model=${json(model)},
    base_url=${json(`${origin}/v1`)},
    api_key=os.environ["${keyVariable}"],
)
print(model.invoke("Hello").content)`;

const continueConfig = ({ origin, model }: SnippetFacts) => `name: pLLM
version: 0.0.1
schema: v1
models:
  - name: ${json(`pLLM ${model}`)}
    provider: openai
    model: ${json(model)}
    apiBase: ${json(`${origin}/v1`)}
    apiKey: \${{ secrets.${keyVariable} }}
    roles: [chat, edit, apply]`;

const openWebUi = ({ origin }: SnippetFacts) =>
  [
    "docker run -d --name open-webui -p 8080:8080 \\",
    ...(isOnThisMachine(origin) ? ["  --add-host=host.docker.internal:host-gateway \\"] : []),
    "  -v open-webui:/app/backend/data \\",
    `  -e OPENAI_API_BASE_URL=${originInContainer(origin)}/v1 \\`,
    `  -e OPENAI_API_KEY="$${keyVariable}" \\`,
    "  ghcr.io/open-webui/open-webui:main",
  ].join("\n");

export const tools = [
  { name: "curl", label: "curl", snippets: (facts) => [{ place: "Terminal", text: curl(facts) }] },
  {
    name: "python",
    label: "Python",
    snippets: (facts) => [
      { place: "Terminal", text: "pip install openai" },
      { place: "Python", text: python(facts) },
    ],
  },
  {
    name: "javascript",
    label: "JavaScript",
    snippets: (facts) => [
      { place: "Terminal", text: "npm install openai" },
      { place: "JavaScript, as a module", text: javascript(facts) },
    ],
    note: () => "Run it on a server: in a web page, everybody who opens the page could read the key.",
  },
  {
    name: "langchain",
    label: "LangChain",
    snippets: (facts) => [
      { place: "Terminal", text: "pip install langchain-openai" },
      { place: "Python", text: langchain(facts) },
    ],
    note: () =>
      "`ChatOpenAI` calls `/v1/chat/completions`, or `/v1/responses` where something asks it for that; both are here.",
  },
  {
    name: "claude-code",
    label: "Claude Code",
    snippets: (facts) => [{ place: "Terminal", text: claudeCode(facts) }],
    note: () =>
      "It speaks Anthropic's Messages API, which this server translates: any model that can call tools will do. The small model writes titles and summaries.",
  },
  {
    name: "codex",
    label: "Codex",
    snippets: (facts) => [
      { place: "~/.codex/config.toml", text: codex(facts) },
      { place: "Terminal", text: "codex" },
    ],
    note: () =>
      "It speaks OpenAI's Responses API, which this server translates: any model that can call tools will do.",
  },
  {
    name: "cursor",
    label: "Cursor",
    snippets: ({ origin, model }) => [
      { place: "Settings, Models, API keys: Override OpenAI Base URL", text: `${origin}/v1` },
      { place: "Settings, Models: add a custom model", text: model },
    ],
    note: ({ origin }) =>
      `Paste the key as the OpenAI API Key and switch it on. Cursor calls from its own servers, so this address has to be reachable from the internet${isOnThisMachine(origin) ? ", which this one is not" : ""}; the override holds for all of Cursor's OpenAI models, and not for completions while typing.`,
  },
  {
    name: "continue",
    label: "Continue",
    snippets: (facts) => [
      { place: "~/.continue/config.yaml", text: continueConfig(facts) },
      { place: "~/.continue/.env", text: `${keyVariable}=your key` },
    ],
  },
  {
    name: "open-webui",
    label: "Open WebUI",
    snippets: (facts) => [{ place: "Terminal", text: openWebUi(facts) }],
    note: ({ origin }) =>
      `These count at its first start; later, change them under Admin Settings, Connections. It lists every model that the key may call.${isOnThisMachine(origin) ? " A container reaches this server only where it listens on more than this machine: start it with `HOST=0.0.0.0`." : ""}`,
  },
] as const satisfies readonly Tool[];

export type ToolName = (typeof tools)[number]["name"];

export function findTool(name: ToolName): Tool {
  return tools.find((tool) => tool.name === name) ?? tools[0];
}
