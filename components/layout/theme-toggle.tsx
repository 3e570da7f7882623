"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { useHydrated } from "@/components/ui/use-hydrated";
import { type Theme, themeCookie } from "@/lib/client/theme";

const keptForMs = 365 * 24 * 3_600_000;
const next: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const icons = { system: Monitor, light: Sun, dark: Moon };
const names: Record<Theme, string> = { system: "as the system", light: "light", dark: "dark" };

function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  // Browsers offer this on https and on this machine; elsewhere the choice lasts as long as the page.
  void window.cookieStore?.set({
    name: themeCookie,
    value: theme,
    expires: Date.now() + keptForMs,
    path: "/",
    sameSite: "lax",
  });
}

/** Goes round: colours as the system has them, light, dark. */
export function ThemeToggle({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial);
  const isReady = useHydrated();
  const Icon = icons[theme];
  const change = () => {
    applyTheme(next[theme]);
    setTheme(next[theme]);
  };
  const label = `Colours: ${names[theme]}. Change to ${names[next[theme]]}.`;
  return (
    <Button tone="ghost" size="icon" onClick={change} disabled={!isReady} aria-label={label} title={label}>
      <Icon aria-hidden="true" className="size-4" />
    </Button>
  );
}
