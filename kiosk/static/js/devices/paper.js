// No paper: said before anybody pays. Whoever agrees goes on with the code on the screen alone.

import { t } from "../i18n.js";
import { ask } from "../dialog.js";
import { sale } from "../sale.js";
import { canPrint } from "./look.js";

export async function agreeOnPaper() {
  if (sale.withoutPaper || canPrint()) return true;
  const answer = await ask({
    title: t("paper.title"), text: t("paper.text"),
    choices: [{ text: t("paper.back"), value: "back" }, { text: t("paper.go"), value: "go", kind: "go" }],
  });
  sale.withoutPaper = answer === "go";
  return sale.withoutPaper;
}
