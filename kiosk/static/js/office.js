// What the server wrote into the page: station, languages, method of payment. Read once.

export const office = JSON.parse(document.getElementById("office").textContent);

// How people who speak it call a language.
export const languageName = (code) => office.languages.find((language) => language.code === code)?.name ?? code;
