// What keeps people from using a screen, measured on the page as it is drawn: `window.barriers`, for test_kiosk_barriers.py.
// Each function gives sentences, one a fault. Where a dialog is open, it is the screen.

window.barriers = (() => {
  const CONTROLS = 'button, input:not([type="hidden"]), a[href], [role="button"]';
  const HOLDERS = 'button, .card, .trip, .dialog, .banner, .notice, .hold, .pick, .ticket, .pieces-box';
  const screen = () => document.querySelector('dialog[open]') ?? document.body;
  const all = (selector) => [...screen().querySelectorAll(selector)].filter(isShown);
  const isShown = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('.unseen, script, noscript')
    && getComputedStyle(e).clipPath === 'none' && e.getBoundingClientRect().width > 0;
  const named = (e) => `<${e.tagName.toLowerCase()} ${e.id && `#${e.id}`}.${String(e.className.baseVal ?? e.className).replaceAll(' ', '.')}> ${(e.getAttribute('aria-label') ?? e.textContent).trim().slice(0, 40)}`;
  const ownText = (e) => [...e.childNodes].filter((node) => node.nodeType === 3 && node.textContent.trim());
  const texts = () => all('*').filter((e) => !e.closest('svg') && ownText(e).length);
  const ancestors = (e) => { const found = []; for (let up = e; up; up = up.parentElement) found.push(up); return found; };

  // Colours: [r, g, b, a], each from 0 to 1.
  function colour(written) {
    const [r, g, b, a = 1] = written.match(/-?[\d.]+(e-\d+)?/g).map(Number);
    return written.startsWith('color(') ? [r, g, b, a] : [r / 255, g / 255, b / 255, a];
  }
  const over = ([r, g, b, a], below) => [...[r, g, b].map((part, n) => part * a + below[n] * (1 - a)), 1];
  const light = ([r, g, b]) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, n) => {
    const part = [r, g, b][n];
    return sum + weight * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  }, 0);
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const behind = (e) => ancestors(e).reverse().reduce((below, up) => over(colour(getComputedStyle(up).backgroundColor), below), [1, 1, 1, 1]);
  const opacity = (e) => ancestors(e).reduce((product, up) => product * getComputedStyle(up).opacity, 1);

  const paleText = (least) => texts().filter((e) => !e.closest(':disabled')).map((e) => {
    const [r, g, b, a] = colour(getComputedStyle(e).color);
    const ground = behind(e);
    return [e, ratio(over([r, g, b, a * opacity(e)], ground), ground)];
  }).filter(([, found]) => found < least).map(([e, found]) => `pale text, ${found.toFixed(2)}:1: ${named(e)}`);

  // A control that draws an edge or a ground of its own is known by it; one that draws neither is known by its words.
  function edge(e) {
    const style = getComputedStyle(e);
    const around = behind(e.parentElement);
    const border = colour(style.borderTopColor);
    const drawn = parseFloat(style.borderTopWidth) >= 1 && style.borderTopStyle !== 'none' && border[3] > 0;
    const found = Math.max(ratio(behind(e), around), drawn ? ratio(over(border, around), around) : 1);
    return found > 1.01 ? found : Infinity;
  }
  const seatEdge = (e) => { // of the drawing of seats, or of what explains it: shapes stand in it without a style box
    const ground = behind(e.closest('.plan') ?? e.closest('svg').parentElement);
    return ratio(colour(getComputedStyle(e.querySelector('.box')).stroke), ground);
  };
  const paleControls = (least) => [
    ...all(CONTROLS).filter((e) => !e.matches(':disabled, [aria-disabled="true"]') && !e.closest('svg')).map((e) => [e, edge(e)]),
    ...all('.seat:not([aria-disabled="true"], [data-mark="taken"])').map((e) => [e, seatEdge(e)]),
  ].filter(([, found]) => found < least).map(([e, found]) => `pale control, ${found.toFixed(2)}:1: ${named(e)}`);

  const smallTargets = (least) => all(CONTROLS).map((e) => [e, e.getBoundingClientRect()])
    .filter(([, box]) => Math.min(box.width, box.height) < least - 0.05)
    .map(([e, box]) => `small target, ${box.width.toFixed(1)} x ${box.height.toFixed(1)}: ${named(e)}`);

  const smallText = (least) => texts().map((e) => [e, parseFloat(getComputedStyle(e).fontSize)])
    .filter(([, size]) => size < least - 0.1).map(([e, size]) => `small text, ${size.toFixed(1)} px: ${named(e)}`);

  const lines = (e) => ownText(e).flatMap((node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1);
  });
  const SLACK = 2; // px: letters reach a little beyond their advance

  // By which ancestor a line of text is cut sideways or in its height. What can be scrolled to is not cut.
  function cutter(e, line) {
    const free = { x: false, y: false };
    for (const up of ancestors(e)) {
      const style = getComputedStyle(up);
      const box = up.getBoundingClientRect();
      if (up === document.body || up === document.documentElement) break;
      if (style.display === 'contents') continue;
      const x = style.overflowX !== 'visible' || up.matches(HOLDERS);
      const y = style.overflowY !== 'visible' || up.matches(HOLDERS);
      const scrolls = /auto|scroll/.test(style.overflowY);
      if (/auto|scroll/.test(style.overflowX) && up.matches('.tongues, .plan-view')) free.x = true; // these move sideways on purpose
      if (x && !free.x && (line.left < box.left - SLACK || line.right > box.right + SLACK)) return up;
      const inked = (line.height - parseFloat(getComputedStyle(e).fontSize)) / 2; // leading above and below the letters
      if (y && !free.y && !scrolls && (line.top + inked < box.top - SLACK || line.bottom - inked > box.bottom + SLACK)) return up;
      if (scrolls) free.y = true;
      if (style.position === 'fixed' || up.matches('dialog')) return null;
    }
    return !free.x && (line.left < -SLACK || line.right > innerWidth + SLACK) ? document.body : null;
  }
  const putAway = (e) => e.closest('.chips') && e.getBoundingClientRect().top >= e.closest('.chips').getBoundingClientRect().bottom;
  const cutText = () => texts().filter((e) => !putAway(e)).flatMap((e) => {
    const by = lines(e).map((line) => cutter(e, line)).find(Boolean);
    return by ? [`cut text: ${named(e)} by ${named(by).split('> ')[0]}>`] : [];
  });

  // Text upon text. What is scrolled away beyond an edge is not seen, what sticks lies above on purpose.
  function seen(e, { left, right, top, bottom }) {
    for (const up of ancestors(e)) {
      if (getComputedStyle(up).overflowY === 'visible' || up === document.body) continue;
      const box = up.getBoundingClientRect();
      [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
    }
    return { left, right, top, bottom, height: bottom - top };
  }
  function overlaps() {
    const drawn = texts().filter((e) => !putAway(e) && !e.closest('.old') && ancestors(e).every((up) => getComputedStyle(up).position !== 'sticky'))
      .flatMap((e) => lines(e).map((line) => [e, seen(e, line)]).filter(([, { height }]) => height > 1));
    return drawn.flatMap(([e, one], n) => drawn.slice(n + 1).filter(([other, two]) => e !== other
      && Math.min(one.right, two.right) - Math.max(one.left, two.left) > 3
      && Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > Math.min(one.height, two.height) * 0.4)
      .map(([other]) => `text upon text: ${named(e)} and ${named(other)}`));
  }
  // Whole controls, too, where they hold no words of their own: keys that stand outside of what can be seen.
  const outside = () => all('button').filter((e) => !putAway(e) && !e.closest('svg')).filter((e) => {
    const box = e.getBoundingClientRect();
    return cutter(e.parentElement, box) !== null;
  }).map((e) => `cut control: ${named(e)}`);

  const labels = () => [...new Set([...cutText(), ...overlaps(), ...outside()])];
  return { paleText, paleControls, smallTargets, smallText, labels };
})();
