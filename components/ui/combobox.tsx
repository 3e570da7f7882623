"use client";

import { Combobox as Base } from "@base-ui/react/combobox";
import { Check, ChevronDown, X } from "lucide-react";
import { useState } from "react";

export interface Option {
  id: string;
  label: string;
  /** A second, quieter line. */
  note?: string | undefined;
}

interface ComboboxProps {
  id?: string;
  "aria-label"?: string;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: true | undefined;
  value: Option | null;
  onChange: (value: Option | null) => void;
  /** What the search found, in the order that it shows. */
  options: readonly Option[];
  onSearch: (text: string) => void;
  onFocus?: () => void;
  isSearching: boolean;
  /** Where the search itself failed. */
  error?: string | undefined;
  placeholder?: string;
  disabled?: boolean;
}

function Status({ options, isSearching, error }: Pick<ComboboxProps, "options" | "isSearching" | "error">) {
  const words = error ?? (isSearching ? "Searching…" : options.length === 0 ? "Nothing matches" : null);
  return <Base.Status>{words ? <p className="px-3 py-1.5 text-sm text-muted">{words}</p> : null}</Base.Status>;
}

/** One out of many that are searched for by name at the server; what is shown is what the search gave. */
export function Combobox({ value, onChange, options, onSearch, isSearching, error, ...input }: ComboboxProps) {
  const [text, setText] = useState(value?.label ?? "");
  const [shownValue, setShownValue] = useState(value);
  // Chosen or cleared from outside: the text follows.
  if (shownValue?.id !== value?.id || shownValue?.label !== value?.label) {
    setShownValue(value);
    setText(value?.label ?? "");
  }
  const known = value && !options.some(({ id }) => id === value.id) ? [...options, value] : [...options];
  return (
    <Base.Root<Option>
      items={known}
      filteredItems={[...options]}
      value={value}
      onValueChange={onChange}
      itemToStringLabel={(option) => option.label}
      isItemEqualToValue={(option, other) => option.id === other.id}
      filter={null}
      inputValue={text}
      onInputValueChange={(next, { reason }) => {
        setText(next);
        onSearch(reason === "input-change" ? next.trim() : "");
      }}
    >
      <Base.InputGroup className="relative">
        <Base.Input
          {...input}
          className="h-9 w-full truncate rounded-md border border-line-strong bg-surface pr-16 pl-3 text-sm text-ink aria-invalid:border-danger disabled:opacity-60"
        />
        <span className="absolute inset-y-0 right-1 flex items-center text-muted">
          <Base.Clear aria-label="Clear" className="flex size-7 items-center justify-center rounded-sm hover:text-ink">
            <X aria-hidden="true" className="size-3.5" />
          </Base.Clear>
          <Base.Trigger
            aria-label="Show choices"
            className="flex size-7 items-center justify-center rounded-sm hover:text-ink"
          >
            <ChevronDown aria-hidden="true" className="size-4" />
          </Base.Trigger>
        </span>
      </Base.InputGroup>
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="start" className="z-50 outline-none">
          <Base.Popup className="max-h-72 w-(--anchor-width) min-w-56 overflow-y-auto overscroll-contain rounded-md border border-line bg-surface py-1 shadow-raised">
            <Status options={options} isSearching={isSearching} error={error} />
            <Base.List>
              {(option: Option) => (
                <Base.Item
                  key={option.id}
                  value={option}
                  className="grid cursor-pointer grid-cols-[1fr_1rem] items-center gap-x-2 px-3 py-1.5 text-sm outline-none select-none data-highlighted:bg-accent-soft"
                >
                  <span className="min-w-0 truncate">{option.label}</span>
                  <Base.ItemIndicator className="row-span-2">
                    <Check aria-hidden="true" className="size-4 text-accent" />
                  </Base.ItemIndicator>
                  {option.note ? <span className="truncate text-xs text-muted">{option.note}</span> : null}
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
