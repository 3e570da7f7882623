/** Which colours a browser shows. Kept in a cookie, so that a page comes from the server in the right ones. Pure. */

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export const themeCookie = "pllm.theme";

export function parseTheme(text: string | undefined): Theme {
  return themes.find((theme) => theme === text) ?? "system";
}
