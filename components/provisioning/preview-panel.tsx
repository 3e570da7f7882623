"use client";

import { useQuery } from "@tanstack/react-query";
import { LoaderCircle } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Field } from "@/components/form/field";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { formatTime } from "@/lib/client/format";
import { type PreviewRequest, usePreview } from "@/lib/provisioning/queries";
import { type SignIn, signInsQuery } from "@/lib/sign-ins/queries";
import type { MappingRules } from "./draft";
import { PreviewResult } from "./preview-result";

const example = `{
  "email": "jane@example.com",
  "email_verified": true,
  "groups": ["developers"]
}`;

interface PreviewPanelProps {
  /** What is written and not saved yet. */
  rules: Partial<MappingRules>;
  /** The past sign-in that was picked; null for pasted claims. */
  picked: SignIn | null;
  onPick: (signIn: SignIn | null) => void;
}

function nameOf({ email, subject, created_at, outcome }: SignIn): string {
  return `${email ?? subject ?? "unknown"}, ${formatTime(created_at)}${outcome === "ok" ? "" : ", failed"}`;
}

/** The last sign-ins whose claims were read, the picked one among them. */
function usePickable(picked: SignIn | null): SignIn[] {
  const { data } = useQuery(signInsQuery({ limit: 20, method: "oidc" }));
  const recent = (data?.data ?? []).filter((signIn) => signIn.claims !== null);
  return picked && !recent.some(({ id }) => id === picked.id) ? [picked, ...recent] : recent;
}

function parseClaims(text: string): Record<string, unknown> | null {
  try {
    const claims: unknown = JSON.parse(text);
    return typeof claims === "object" && claims !== null && !Array.isArray(claims) ? { ...claims } : null;
  } catch {
    return null;
  }
}

/** Tries the rules, saved or not, on somebody's claims. Nothing changes by it. */
export function PreviewPanel({ rules, picked, onPick }: PreviewPanelProps) {
  const [text, setText] = useState(example);
  const [textProblem, setTextProblem] = useState<string | null>(null);
  const preview = usePreview();
  const pickable = usePickable(picked);
  const hasRules = Object.keys(rules).length > 0;
  const asked = JSON.stringify([rules, picked?.id ?? text]);
  const [shownFor, setShownFor] = useState<string | null>(null);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const claims = picked ? null : parseClaims(text);
    if (!picked && !claims) return setTextProblem("This is not a JSON object.");
    setTextProblem(null);
    setShownFor(asked);
    const source: PreviewRequest = picked ? { sign_in_id: picked.id } : { claims: claims ?? {} };
    preview.mutate({ ...source, ...(hasRules ? { rules } : {}) });
  };
  const claimProblems = (preview.error?.fields ?? []).filter(({ path }) => path.startsWith("claims"));
  const problem =
    textProblem ??
    (claimProblems.map(({ path, message }) => `${path.replace(/^claims\.?/, "") || "It"} ${message}.`).join(" ") ||
      null);
  return (
    <Card title="Try it" hint="Changes nothing">
      <form onSubmit={submit} className="space-y-4 px-4 py-4">
        <Field label="Whose claims">
          {(control) => (
            <Select
              {...control}
              value={picked?.id ?? ""}
              onChange={(event) => onPick(pickable.find(({ id }) => id === event.target.value) ?? null)}
            >
              <option value="">Pasted below</option>
              {pickable.map((signIn) => (
                <option key={signIn.id} value={signIn.id}>
                  {nameOf(signIn)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field
          label="Claims"
          hint={picked ? "As that sign-in had them." : "As JSON: what the ID token of a person holds."}
          error={problem}
        >
          {(control) => (
            <Textarea
              {...control}
              rows={8}
              value={picked ? JSON.stringify(picked.claims, null, 2) : text}
              readOnly={picked !== null}
              autoCapitalize="none"
              spellCheck={false}
              className="font-mono text-xs leading-5"
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <Button type="submit" disabled={preview.isPending}>
            {preview.isPending ? <LoaderCircle aria-hidden="true" className="size-4 animate-spin" /> : null}
            Preview
          </Button>
          <p className="text-xs text-muted">{hasRules ? "With your unsaved changes." : "With the saved rules."}</p>
        </div>
      </form>
      <div aria-live="polite">
        {preview.error && claimProblems.length === 0 ? (
          <div className="px-4 pb-4">
            <Alert tone="danger">{preview.error.message}</Alert>
          </div>
        ) : null}
        {preview.data ? <PreviewResult preview={preview.data} isStale={shownFor !== asked} /> : null}
      </div>
    </Card>
  );
}
