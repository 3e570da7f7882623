"use client";

import { FormField } from "@/components/form/form-shell";
import { TextField } from "@/components/form/text-field";
import { Checkbox } from "@/components/ui/checkbox";
import { Select } from "@/components/ui/select";
import type { EventType } from "@/lib/outbox/schema";
import type { WebhookDraft } from "./webhook-draft";
import { eventTypes, eventWords } from "./words";

interface WebhookFieldsProps {
  draft: WebhookDraft;
  onChange: (change: Partial<WebhookDraft>) => void;
}

function EventBoxes({ draft, onChange }: WebhookFieldsProps) {
  const toggle = (type: EventType, isOn: boolean) =>
    onChange({ events: isOn ? [...draft.events, type] : draft.events.filter((other) => other !== type) });
  return (
    <fieldset className="grid gap-x-6 gap-y-3 sm:grid-cols-2">
      <legend className="sr-only">Events to receive</legend>
      {eventTypes.map((type) => (
        <Checkbox
          key={type}
          label={type}
          hint={eventWords[type]}
          checked={draft.events.includes(type)}
          onChange={(event) => toggle(type, event.target.checked)}
        />
      ))}
    </fieldset>
  );
}

/** Where events go, and which. */
export function WebhookFields({ draft, onChange }: WebhookFieldsProps) {
  return (
    <>
      <TextField
        path="url"
        label="URL"
        hint="http or https. It has to answer 2xx within ten seconds."
        type="url"
        inputMode="url"
        spellCheck={false}
        placeholder="https://example.com/hooks/pllm"
        value={draft.url}
        onChange={(url) => onChange({ url })}
      />
      <TextField
        path="description"
        label="Description"
        hint="What receives there, and for whom."
        value={draft.description}
        onChange={(description) => onChange({ description })}
      />
      <FormField path="events" label="Events">
        {(control) => (
          <Select
            {...control}
            value={draft.isAll ? "all" : "some"}
            onChange={(event) => onChange({ isAll: event.target.value === "all" })}
          >
            <option value="all">All, also those of later versions</option>
            <option value="some">Only these</option>
          </Select>
        )}
      </FormField>
      {draft.isAll ? null : <EventBoxes draft={draft} onChange={onChange} />}
    </>
  );
}
