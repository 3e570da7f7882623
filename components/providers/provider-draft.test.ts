import { expect, test } from "vitest";
import type { Provider } from "@/lib/providers/queries";
import {
  editDraftOf,
  hostOf,
  modelNamesOf,
  newProviderOf,
  noProvider,
  presetOf,
  providerChangeOf,
} from "./provider-draft";

const stored: Provider = {
  id: "prov_1",
  name: "acme",
  display_name: "Acme",
  kind: "openai",
  base_url: "https://api.acme.test/v1",
  enabled: true,
  builtin: false,
  has_api_key: true,
  created_at: "2026-03-10T12:00:00Z",
  updated_at: "2026-03-10T12:00:00Z",
  version: 3,
};

test("what is not filled in is not sent", () => {
  expect(newProviderOf({ ...noProvider, name: " acme " })).toEqual({ name: "acme" });
  const full = { name: "acme", display_name: "Acme", base_url: "https://a.test", api_key: "k", models: "a, b\nb  c" };
  expect(newProviderOf(full)).toEqual({ ...full, models: ["a", "b", "c"] });
});

test("a preset fills in what is known and drops what was meant for another one", () => {
  const entry = { name: "xai", display_name: "xAI", base_url: "https://api.x.ai/v1", models: 4, provider_id: null };
  expect(presetOf(entry, { ...noProvider, name: "mine", models: "m", api_key: "k" })).toEqual({
    name: "xai",
    display_name: "xAI",
    base_url: "https://api.x.ai/v1",
    api_key: "k",
    models: "",
  });
});

test("the stored key is kept by saying nothing, cleared by null, and written anew by a value", () => {
  const draft = editDraftOf(stored);
  expect(providerChangeOf(stored, draft)).toEqual({});
  expect(providerChangeOf(stored, { ...draft, api_key: "typed and then kept" })).toEqual({});
  expect(providerChangeOf(stored, { ...draft, key: "clear" })).toEqual({ api_key: null });
  expect(providerChangeOf(stored, { ...draft, key: "set", api_key: "new" })).toEqual({ api_key: "new" });
  expect(providerChangeOf(stored, { ...draft, display_name: " ", base_url: "https://b.test" })).toEqual({
    display_name: null,
    base_url: "https://b.test",
  });
});

test("names of models may be written in any of the usual ways", () => {
  expect(modelNamesOf("")).toEqual([]);
  expect(modelNamesOf("a,b c\n\na")).toEqual(["a", "b", "c"]);
});

test("a host is known as soon as there is an address", () => {
  expect([hostOf("https"), hostOf(" https://a.test:8/v1 ")]).toEqual([null, "a.test:8"]);
});
