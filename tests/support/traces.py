"""Everything in which a page can keep something of the one who stood there, as one text to search in."""

import json

from playwright.sync_api import Page


def traces(page: Page) -> dict[str, str]:
    """By place: the document with what fields hold, what the browser stores, and every text that a script can reach."""
    kept: dict[str, str] = page.evaluate(_PLACES)
    cookies = json.dumps(page.context.cookies())
    return {**kept, "cookies": cookies, "address": page.url, "scripts": "\n".join(_heap(page))}


def _heap(page: Page) -> list[str]:
    """The texts that live in the scripts' memory after a clean-up: variables, closures, what a keyboard remembers."""
    session = page.context.new_cdp_session(page)
    parts: list[str] = []
    session.on("HeapProfiler.addHeapSnapshotChunk", lambda event: parts.append(event["chunk"]))
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    session.detach()
    strings: list[str] = json.loads("".join(parts))["strings"]
    return strings


_PLACES = """async () => {
  const stored = (store) => JSON.stringify({ ...store });
  const cached = await Promise.all((await caches.keys()).map(async (name) => {
    const cache = await caches.open(name);
    const kept = await cache.keys();
    return [name, await Promise.all(kept.map(async (asked) => [asked.url, await (await cache.match(asked)).text()]))];
  }));
  return {
    document: document.documentElement.outerHTML,
    fields: JSON.stringify([...document.querySelectorAll('input, textarea, select')].map(({ id, value, defaultValue }) => [id, value, defaultValue])),
    title: document.title,
    'window.name': window.name,
    'document.cookie': document.cookie,
    'history.state': JSON.stringify(history.state),
    'history.length': String(history.length),
    localStorage: stored(localStorage),
    sessionStorage: stored(sessionStorage),
    caches: JSON.stringify(cached),
    indexedDB: JSON.stringify(await indexedDB.databases()),
    workers: JSON.stringify((await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope)),
  };
}"""
