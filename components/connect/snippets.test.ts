import { expect, test } from "vitest";
import { findTool, keyVariable, tools } from "./snippets";

const facts = { origin: "https://llm.example.com", model: "north/small" };
const textsOf = (name: Parameters<typeof findTool>[0], given = facts) =>
  findTool(name)
    .snippets(given)
    .map(({ text }) => text)
    .join("\n");

const names = tools.map(({ name }) => name);

test.each(names)("%s is told this server's own address and holds no secret", (name) => {
  const text = textsOf(name);
  // Anthropic's programs add the version themselves.
  expect(text).toContain(name === "claude-code" ? "=https://llm.example.com\n" : "https://llm.example.com/v1");
  expect(text).not.toMatch(/sk-/);
});

test.each(names.filter((name) => name !== "open-webui"))("%s names the model", (name) => {
  expect(textsOf(name)).toContain("north/small");
});

test("a name with quotes breaks out of nothing", () => {
  const odd = { ...facts, model: `it's "odd"\\` };
  expect(textsOf("curl", odd)).toContain(String.raw`"model":"it'\''s \"odd\"\\"`);
  expect(textsOf("claude-code", odd)).toContain(String.raw`ANTHROPIC_MODEL='it'\''s "odd"\'`);
  expect(textsOf("python", odd)).toContain(String.raw`model="it's \"odd\"\\"`);
});

test("a container does not look for this machine's server within itself", () => {
  const here = { ...facts, origin: "http://localhost:3000" };
  expect(textsOf("open-webui", here)).toContain("OPENAI_API_BASE_URL=http://host.docker.internal:3000/v1");
  expect(textsOf("open-webui", here)).toContain("--add-host=host.docker.internal:host-gateway");
  expect(textsOf("open-webui")).not.toContain("host.docker.internal");
  expect(textsOf("curl", here)).toContain("http://localhost:3000/v1");
});

test("the key comes from the environment", () => {
  expect(textsOf("curl")).toContain(`Bearer $${keyVariable}`);
  expect(textsOf("continue")).toContain(`\${{ secrets.${keyVariable} }}`);
});
