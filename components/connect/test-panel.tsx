"use client";

import { useQuery } from "@tanstack/react-query";
import { LoaderCircle } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { Field } from "@/components/form/field";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { formatMoney } from "@/lib/client/format";
import { trialLimits, useTrialCall } from "@/lib/keys/queries";
import { type Me, meQuery } from "@/lib/me/queries";
import { hasRight } from "@/lib/me/rights";
import { TestOutcome } from "./test-outcome";
import type { Target } from "./use-target";

/** Whether a key for one call can be made for the visitor: they are a person and may make keys. */
function mayMakeKey(me: Me | undefined): boolean {
  return me?.user != null && hasRight(me, "keys.write");
}

function hintFor(canMake: boolean, keyName: string | null): string {
  if (!canMake) return "It stays in this page and goes with this call only.";
  const made =
    keyName === null ? "a key of your own is made" : `a key is made from ${keyName}, bound by all that binds it`;
  const limit = formatMoney(trialLimits.limit_usd);
  return `Left empty, ${made}, for this one call: at most ${limit}, 15 minutes, deleted afterwards. A key that you paste stays in this page.`;
}

/** Makes the call that the snippets make, and shows what it gave and what it cost. */
export function TestPanel({ target }: { target: Target }) {
  const { data: me } = useQuery(meQuery());
  const [prompt, setPrompt] = useState("Say hello in five words.");
  // What is pasted stands in its field and nowhere else.
  const secret = useRef<HTMLInputElement>(null);
  const [hasSecret, setHasSecret] = useState(false);
  const trial = useTrialCall(() => secret.current?.value.trim() ?? "");
  const canMake = mayMakeKey(me);
  const { model, keyId, key } = target;
  const isReady = Boolean(model) && prompt.trim() !== "" && (canMake || hasSecret);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!model || !isReady || trial.isPending) return;
    // The team as the form for a new key has it to begin with.
    const team = me?.teams.find(({ role }) => role !== "viewer") ?? me?.teams[0];
    trial.mutate({
      model,
      prompt: prompt.trim(),
      ...(keyId ? { parent_key_id: keyId } : {}),
      ...(team ? { team_id: team.team_id } : {}),
    });
  };
  return (
    <Card title="Try it" hint="A real call, with its real cost">
      <form onSubmit={send} className="space-y-4 px-4 py-4" autoComplete="off">
        <Field label="What to say">
          {(control) => (
            <Input
              {...control}
              className="h-9 text-sm"
              value={prompt}
              onChange={(event) => setPrompt(event.target.value)}
            />
          )}
        </Field>
        <Field label="Secret of a key" hint={hintFor(canMake, key?.name ?? null)}>
          {(control) => (
            <Input
              {...control}
              type="password"
              autoComplete="off"
              spellCheck={false}
              className="h-9 font-mono text-sm"
              placeholder={canMake ? "Not needed" : "sk-…"}
              ref={secret}
              onChange={(event) => setHasSecret(event.target.value.trim() !== "")}
            />
          )}
        </Field>
        <Button type="submit" tone="primary" disabled={!isReady || trial.isPending}>
          {trial.isPending ? <LoaderCircle aria-hidden="true" className="size-4 animate-spin" /> : null}
          Make the call
        </Button>
      </form>
      <div aria-live="polite">
        {trial.error ? (
          <div className="px-4 pb-4">
            <Alert tone="danger">No key could be made for the call. {trial.error.message}</Alert>
          </div>
        ) : null}
        {trial.data ? <TestOutcome outcome={trial.data} model={trial.variables?.model ?? ""} /> : null}
      </div>
    </Card>
  );
}
