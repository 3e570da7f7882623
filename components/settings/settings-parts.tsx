"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { Alert } from "@/components/ui/alert";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { signInAdminPath } from "@/lib/paths";
import type { Settings } from "@/lib/settings/queries";
import { ModelsSetting, NumberSetting, type PartProps, Section, Setting, SwitchSetting } from "./setting-fields";

/** Three short ones beside each other. */
function Three({ children }: { children: ReactNode }) {
  return <div className="grid items-start gap-x-6 gap-y-5 sm:col-span-2 sm:grid-cols-3">{children}</div>;
}

const noLimit = "No limit";

export function KeyDefaults(part: PartProps) {
  return (
    <Section title="Defaults for keys" lead="Teams, people and keys can narrow these further, and never widen them.">
      <ModelsSetting
        {...part}
        name="default_allowed_models"
        label="Allowed models"
        hint="None listed: every model. A * stands for anything."
      />
      <ModelsSetting
        {...part}
        name="default_blocked_models"
        label="Blocked models"
        hint="Refused even where they are allowed."
      />
      <Three>
        <NumberSetting
          {...part}
          name="default_rpm_limit"
          label="Requests per minute"
          placeholder={noLimit}
          hint="All three for keys without one of their own."
        />
        <NumberSetting {...part} name="default_tpm_limit" label="Tokens per minute" placeholder={noLimit} />
        <NumberSetting {...part} name="default_parallel_limit" label="Calls at once" placeholder={noLimit} />
      </Three>
    </Section>
  );
}

function CeilingField({ side, label, ...part }: PartProps & { side: keyof Settings["ceiling_price"]; label: string }) {
  const { draft, onChange } = part;
  return (
    <Setting {...part} name="ceiling_price" path={`ceiling_price.${side}`} label={label}>
      {(control) => (
        <Input
          {...control}
          inputMode="decimal"
          className="h-9 text-sm"
          value={draft.ceiling_price[side]}
          onChange={(event) => onChange({ ceiling_price: { ...draft.ceiling_price, [side]: event.target.value } })}
        />
      )}
    </Setting>
  );
}

export function Prices(part: PartProps) {
  const { draft, onChange } = part;
  return (
    <Section title="Models without a price" lead="A call is never free for want of a price.">
      <Setting
        {...part}
        name="unknown_price_policy"
        label="A call to such a model"
        hint={
          draft.unknown_price_policy === "refuse"
            ? "The prices beside it wait until this is the ceiling price."
            : "It is marked as charged at the ceiling."
        }
      >
        {(control) => (
          <Select
            {...control}
            value={draft.unknown_price_policy}
            onChange={(event) =>
              onChange({ unknown_price_policy: event.target.value as Settings["unknown_price_policy"] })
            }
          >
            <option value="refuse">is refused</option>
            <option value="ceiling">is charged at the ceiling price</option>
          </Select>
        )}
      </Setting>
      <div className="grid grid-cols-2 gap-4">
        <CeilingField {...part} side="input_per_mtok_usd" label="USD per 1M input" />
        <CeilingField {...part} side="output_per_mtok_usd" label="USD per 1M output" />
      </div>
    </Section>
  );
}

export function Alerts(part: PartProps) {
  const { draft, onChange } = part;
  return (
    <Section title="Budget alerts">
      <SwitchSetting
        {...part}
        name="alerts_enabled"
        label="Tell when a budget crosses a threshold"
        hint="Once for each threshold and period: by webhook, and by mail where a mail server is set up."
      />
      <Setting
        {...part}
        name="alert_thresholds"
        label="Thresholds, in percent"
        hint="For budgets that name none of their own; with commas between them."
      >
        {(control) => (
          <Input
            {...control}
            inputMode="decimal"
            placeholder="None"
            className="h-9 text-sm"
            value={draft.alert_thresholds}
            onChange={(event) => onChange({ alert_thresholds: event.target.value })}
          />
        )}
      </Setting>
    </Section>
  );
}

const forEver = "For ever";

export function Retention(part: PartProps) {
  return (
    <Section
      title="Retention"
      lead="Older ones are deleted within a day. Sums of usage and what budgets have spent stay."
    >
      <Three>
        <NumberSetting
          {...part}
          name="usage_retention_days"
          label="Calls, days"
          placeholder={forEver}
          hint="The calls themselves. Empty: for ever."
        />
        <NumberSetting
          {...part}
          name="trace_retention_days"
          label="Traces and refused calls, days"
          placeholder="As long as the calls"
          hint="Why a call was decided so, step by step. Empty: as long as the calls."
        />
        <NumberSetting
          {...part}
          name="audit_retention_days"
          label="Audit log, days"
          placeholder={forEver}
          hint="Empty: for ever. What is let go is told in the log, and the rest still verifies."
        />
      </Three>
    </Section>
  );
}

export function Gateway(part: PartProps) {
  return (
    <Section title="Providers">
      <NumberSetting
        {...part}
        name="cooldown_seconds"
        label="Rest of a failing credential, seconds"
        min={0}
        hint="So long its calls go to others. 0: it does not rest."
      />
    </Section>
  );
}

interface SessionsProps extends PartProps {
  /** Whether the master key can be used for signing in as it is stored. */
  wasMasterKeyOn: boolean;
}

export function Sessions({ wasMasterKeyOn, ...part }: SessionsProps) {
  return (
    <Section
      title="Sign-in and sessions"
      lead={
        <>
          Who gets in, and with which role and teams, is written at{" "}
          <Link href={signInAdminPath} className="text-accent underline">
            Sign-in
          </Link>
          .
        </>
      }
    >
      <Three>
        <NumberSetting
          {...part}
          name="session_max_hours"
          label="A session ends after, hours"
          hint="Since signing in, whatever happens in it."
        />
        <NumberSetting
          {...part}
          name="session_idle_hours"
          label="Or when idle for, hours"
          hint="Since something was last asked for."
        />
        <NumberSetting
          {...part}
          name="refresh_minutes"
          label="Groups read every, minutes"
          hint="Whether people still have the groups that they signed in with."
        />
      </Three>
      <SwitchSetting
        {...part}
        name="master_key_sign_in"
        label="The master key signs in here"
        hint="Off: it still works on the API, as a bearer token."
      />
      {wasMasterKeyOn && !part.draft.master_key_sign_in ? (
        <Alert tone="warn" className="sm:col-span-2">
          Sessions of the master key end as soon as this is saved. Make sure that an administrator can sign in by
          another way; until then only the API can switch it on again.
        </Alert>
      ) : null}
    </Section>
  );
}
