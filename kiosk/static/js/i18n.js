// The words of the screen, from JSON catalogues: t("pay.title"), tn("board.left", 3). English stands in for what is missing.

const catalogues = new Map();
let language = "en";
let words = {};
let fallback = {};
let plurals = new Intl.PluralRules(language);

export async function useLanguage(code) {
  [fallback, words] = await Promise.all([catalogue("en"), catalogue(code)]);
  language = code;
  plurals = new Intl.PluralRules(code);
  document.documentElement.lang = code;
  document.documentElement.dir = ["ar", "he", "fa", "ur"].includes(code) ? "rtl" : "ltr";
}

export const currentLanguage = () => language;

// For Intl. Figures stay those of the tickets, the seats and the boards: in Arabic, too, 0 to 9.
export const currentLocale = () => (language === "ar" ? "ar-u-nu-latn" : language);

export function t(key, values = {}) {
  const text = words[key] ?? fallback[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export const has = (key) => key in words || key in fallback;

// Plural forms are the keys "<key>.one", "<key>.few", "<key>.other", as the language needs them.
export function tn(key, count, values = {}) {
  const form = plurals.select(count);
  return t(has(`${key}.${form}`) ? `${key}.${form}` : `${key}.other`, { n: count, ...values });
}

async function catalogue(code) {
  if (!catalogues.has(code)) {
    const answer = await fetch(`/kiosk/static/i18n/${code}.json`);
    catalogues.set(code, answer.ok ? await answer.json() : {});
  }
  return catalogues.get(code);
}
