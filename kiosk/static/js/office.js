// What the server wrote into the page: station, languages, method of payment. Read once.

export const office = JSON.parse(document.getElementById("office").textContent);
