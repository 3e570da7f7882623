"use client";

import { useView, Views } from "@/components/layout/views";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { CodeText } from "@/components/ui/code-text";
import { findTool, keyVariable, type SnippetFacts, tools } from "./snippets";
import { targetNames } from "./use-target";

const [first, ...others] = tools.map(({ name }) => name);
const views = tools.map(({ name, label }) => ({ name, label }));

/** What to write into the chosen program, ready to be copied. */
export function SnippetPanel({ facts, keyName }: { facts: SnippetFacts; keyName: string | null }) {
  const [shown, show] = useView([first ?? "curl", ...others], targetNames);
  const tool = findTool(shown);
  return (
    <Card title="In your program">
      <div className="px-4 pt-2 pb-4">
        <Views label="Programs" views={views} shown={shown} onShow={show} kept={targetNames} />
        <div className="space-y-4">
          {tool.snippets(facts).map(({ place, text }) => (
            <CodeBlock key={place} title={place} text={text} label={`what goes to ${place}`} />
          ))}
          {tool.note ? (
            <p className="text-sm text-muted">
              <CodeText text={tool.note(facts)} />
            </p>
          ) : null}
          <p className="text-xs text-muted">
            <code className="font-mono">{keyVariable}</code> stands for the secret of{" "}
            {keyName === null ? "your key" : `the key ${keyName}`}. Set it where the program runs:{" "}
            <code className="font-mono">export {keyVariable}=sk-…</code>
          </p>
        </div>
      </div>
    </Card>
  );
}
