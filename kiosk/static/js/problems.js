// An error in the traveller's words: our own sentence for a known code, else the office's.

import { has, t } from "./i18n.js";
import { NoAnswer } from "./api.js";

export function inWords(error) {
  if (error instanceof NoAnswer) return t("network.lost");
  const key = `error.${error.code}`;
  if (has(key)) return t(key, { ...error.details, seats: (error.details?.seats ?? []).join(", ") });
  return error.details?.title || t("error.unknown");
}
