// The on-screen keyboards: for names as people of the language know theirs, for addresses in plain letters with the ends
// that addresses often have there, for codes and numbers with the digits as on a telephone.

const QWERTY = ["q w e r t y u i o p", "a s d f g h j k l", "z x c v b n m"];
const QWERTZ = ["q w e r t z u i o p", "a s d f g h j k l", "y x c v b n m"];
const AZERTY = ["a z e r t y u i o p", "q s d f g h j k l m", "w x c v b n"];
const OTHER_LETTERS = ["á à â ä ã å æ ç é è ê", "ë í ì î ï ñ ó ò ô ö õ", "ø œ ú ù û ü ß ý"];

const LANGUAGES = {
  en: { letters: QWERTY, plain: QWERTY, more: OTHER_LETTERS, ends: ["@gmail.com", "@outlook.com", "@yahoo.com", ".com"] },
  ro: { letters: ["q w e r t y u i o p ă", "a s d f g h j k l ș ț", "z x c v b n m â î"], plain: QWERTY, more: OTHER_LETTERS, ends: ["@gmail.com", "@yahoo.com", ".com", ".ro"] },
  de: { letters: ["q w e r t z u i o p ü", "a s d f g h j k l ö ä", "y x c v b n m ß"], plain: QWERTZ, more: OTHER_LETTERS, ends: ["@gmail.com", "@gmx.de", "@web.de", ".de"] },
  fr: { letters: ["a z e r t y u i o p", "q s d f g h j k l m", "w x c v b n é è ç"], plain: AZERTY, more: OTHER_LETTERS, ends: ["@gmail.com", "@orange.fr", "@free.fr", ".fr"] },
  es: { letters: ["q w e r t y u i o p", "a s d f g h j k l ñ", "z x c v b n m á é", "í ó ú ü"], plain: QWERTY, more: OTHER_LETTERS, ends: ["@gmail.com", "@hotmail.com", "@yahoo.es", ".es"] },
  pt: { letters: ["q w e r t y u i o p", "a s d f g h j k l ç", "z x c v b n m ã õ"], plain: QWERTY, more: OTHER_LETTERS, ends: ["@gmail.com", "@hotmail.com", "@sapo.pt", ".pt"] },
  pl: { letters: ["q w e r t y u i o p ó", "a s d f g h j k l ł ą", "z x c v b n m ż ź", "ę ć ń ś"], plain: QWERTY, more: OTHER_LETTERS, ends: ["@gmail.com", "@wp.pl", "@onet.pl", ".pl"] },
  tr: { letters: ["q w e r t y u ı o p ğ ü", "a s d f g h j k l ş i", "z x c v b n m ö ç"], plain: QWERTY, more: OTHER_LETTERS, ends: ["@gmail.com", "@hotmail.com", ".com", ".com.tr"] },
  ar: { letters: ["ض ص ث ق ف غ ع ه خ ح ج", "ش س ي ب ل ا ت ن م ك ط", "ذ ئ ء ؤ ر ى ة و ز ظ د"], plain: QWERTY, more: ["أ إ آ ٱ ء", "پ چ ڤ گ ژ"], ends: ["@gmail.com", "@hotmail.com", "@yahoo.com", ".com"], latin: true },
};

// The layouts of a keyboard for `keys`: "name", "email", "code" or "number". "default" is shown first.
export function layoutsFor(keys, language) {
  const own = LANGUAGES[language] ?? LANGUAGES.en;
  if (keys === "name") return nameLayouts(own, language);
  if (keys === "email") return { default: emailRows(own) };
  return { default: PADS[keys] };
}

const PADS = {
  code: ["A B C D E F G - 2 3", "H J K M N P Q 4 5 6", "R S T U V W X 7 8 9", "Y Z {bksp}"],
  number: ["1 2 3", "4 5 6", "7 8 9", "+ 0 {bksp}"],
};

function nameLayouts(own, language) {
  const last = `{more} ${own.latin ? "{latin} " : ""}- ' {space}`;
  const small = rows(own.letters, !own.latin, last);
  return {
    default: small, shift: upper(small, language), more: rows(own.more, false, last),
    ...(own.latin && { latin: rows(upper(QWERTY, "en"), false, last) }),
  };
}

function rows(letters, shift, last) {
  const end = letters.length - 1;
  return [...letters.slice(0, end), `${shift ? "{shift} " : ""}${letters[end]} {bksp}`, last];
}

function emailRows({ plain, ends }) {
  return ["1 2 3 4 5 6 7 8 9 0", plain[0], plain[1], `${plain[2]} . - _ {bksp}`, `@ ${ends.join(" ")}`];
}

// In Turkish the capital of i is İ; the capital of ß is one letter.
const upper = (lines, language) => lines.map((line) => line.split(" ").map((key) => (
  key.startsWith("{") ? key : key === "ß" ? "ẞ" : key.toLocaleUpperCase(language))).join(" "));

export const isEnding = (key) => key.length > 1 && !key.startsWith("{");

// An address with this end: a domain takes the place of one that was typed, anything else is put behind.
export function withEnding(address, end) {
  return (end.startsWith("@") ? address.split("@")[0] : address.replace(/\.$/, "")) + end;
}
