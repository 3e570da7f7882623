"use client";

import { ArrowRight, Plus, X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import type { FieldProblem } from "@/lib/errors";
import { emptyRow, type MappingRow, problemOfRow, type RowField } from "./draft";

interface RuleRowsProps {
  field: RowField;
  title: string;
  hint: ReactNode;
  note: ReactNode;
  rows: MappingRow[];
  /** What a new row starts with. */
  initialValue: string;
  problems: readonly FieldProblem[];
  isReadOnly: boolean;
  /** The control of the right side: what the group leads to. */
  renderValue: (row: MappingRow, control: RuleControl) => ReactNode;
  onChange: (rows: MappingRow[]) => void;
}

export interface RuleControl {
  "aria-label": string;
  "aria-invalid": true | undefined;
  "aria-describedby": string | undefined;
  disabled: boolean;
  onChange: (value: string) => void;
}

/** Rules from a group to something, one per row. A new row has the focus; when one goes, the button that adds them has it. */
export function RuleRows(props: RuleRowsProps) {
  const { field, title, hint, note, rows, initialValue, problems, isReadOnly, renderValue, onChange } = props;
  const addButton = useRef<HTMLButtonElement>(null);
  const fresh = useRef<number | null>(null);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (fresh.current === null) return;
    list.current?.querySelector<HTMLInputElement>(`[data-row="${fresh.current}"] input`)?.focus();
    fresh.current = null;
  });
  const change = (key: number, part: Partial<MappingRow>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const add = () => {
    const row = emptyRow(rows, initialValue);
    fresh.current = row.key;
    onChange([...rows, row]);
  };
  const remove = (key: number) => {
    onChange(rows.filter((row) => row.key !== key));
    addButton.current?.focus();
  };
  return (
    <fieldset className="min-w-0 space-y-2 sm:col-span-2">
      <legend className="contents">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm font-medium">
          {title}
          {note}
        </span>
      </legend>
      <p className="text-xs text-muted">{hint}</p>
      {rows.length > 0 ? (
        <ul ref={list} className="space-y-2">
          {rows.map((row, index) => {
            const problem = problemOfRow(problems, field, rows, row);
            const problemId = `${field}-${row.key}-problem`;
            const known = { "aria-invalid": problem ? (true as const) : undefined };
            const describedBy = problem ? problemId : undefined;
            return (
              <li
                key={row.key}
                data-row={row.key}
                className="max-sm:rounded-md max-sm:border max-sm:border-line max-sm:p-2"
              >
                <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-2 sm:grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)_auto]">
                  <Input
                    aria-label={`Group of rule ${index + 1}`}
                    aria-describedby={describedBy}
                    {...known}
                    value={row.group}
                    placeholder="Group"
                    disabled={isReadOnly}
                    autoCapitalize="none"
                    spellCheck={false}
                    onChange={(event) => change(row.key, { group: event.target.value })}
                    className="h-9 text-sm max-sm:col-span-2"
                  />
                  <ArrowRight aria-hidden="true" className="size-4 text-muted max-sm:hidden" />
                  {renderValue(row, {
                    ...known,
                    "aria-label": `What rule ${index + 1} gives`,
                    "aria-describedby": describedBy,
                    disabled: isReadOnly,
                    onChange: (value) => change(row.key, { value }),
                  })}
                  {isReadOnly ? (
                    <span />
                  ) : (
                    <Button
                      tone="ghost"
                      size="icon"
                      aria-label={`Remove rule ${index + 1}${row.group ? `: ${row.group}` : ""}`}
                      onClick={() => remove(row.key)}
                    >
                      <X aria-hidden="true" className="size-4" />
                    </Button>
                  )}
                </div>
                {problem ? (
                  <p id={problemId} className="mt-1 text-xs text-danger">
                    This rule {problem}.
                  </p>
                ) : null}
              </li>
            );
          })}
        </ul>
      ) : (
        <p className="rounded-md border border-dashed border-line px-3 py-2 text-sm text-muted">No rules.</p>
      )}
      {isReadOnly ? null : (
        <Button ref={addButton} onClick={add}>
          <Plus aria-hidden="true" className="size-4" />
          Add a rule
          <span className="sr-only">: {title}</span>
        </Button>
      )}
    </fieldset>
  );
}
