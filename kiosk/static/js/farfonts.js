// The faces of Chinese and Japanese letters: a style sheet of 30 kB that comes when the first such letter is shown.
// Only the bundle leaves it out of the first load; without one the page names no address for it.

const FAR = /[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]/;

export function watchLetters() {
  const address = document.querySelector('meta[name="far-fonts"]')?.content;
  if (!address) return;
  const observer = new MutationObserver((changes) => {
    if (changes.some(({ target }) => FAR.test(target.textContent))) load();
  });
  const load = () => {
    observer.disconnect();
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: address }));
  };
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  if (FAR.test(document.body.textContent)) load();
}
