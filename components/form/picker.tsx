"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Combobox, type Option } from "@/components/ui/combobox";
import { ApiError } from "@/lib/client/api-error";
import { useDebounced } from "./use-debounced";

/** How things of one kind are found by what somebody types. */
export interface Source {
  /** Names it in the cache. */
  name: string;
  search: (text: string, signal: AbortSignal) => Promise<Option[]>;
}

interface PickerProps {
  source: Source;
  value: Option | null;
  onChange: (value: Option | null) => void;
  id?: string;
  "aria-label"?: string;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: true | undefined;
  placeholder?: string;
  disabled?: boolean;
}

const waitMs = 200;

/** Picks a person, a team, a model: whatever a source finds, searched for at the server. */
export function Picker({ source, ...rest }: PickerProps) {
  const [text, setText] = useState("");
  const [isAsked, setIsAsked] = useState(false);
  const q = useDebounced(text, waitMs);
  const query = useQuery({
    queryKey: ["picker", source.name, q],
    queryFn: ({ signal }) => source.search(q, signal),
    placeholderData: keepPreviousData,
    enabled: isAsked,
  });
  return (
    <Combobox
      {...rest}
      // Nothing is asked before somebody comes here.
      onFocus={() => setIsAsked(true)}
      options={query.data ?? []}
      onSearch={setText}
      isSearching={query.isFetching || q !== text}
      error={query.error ? (query.error instanceof ApiError ? query.error.message : "Not found out.") : undefined}
    />
  );
}
