"""A stand-in for the browser's speech: headless Chromium has no voices. It keeps what it was told to say, how and how loud."""

from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page

_SCRIPT = """(() => {
  const voices = LANGUAGES.map((lang) => ({ lang, name: lang, default: false }));
  window.said = [];
  const engine = {
    getVoices: () => voices,
    cancel: () => window.said.push({ text: "--", lang: "", volume: 0 }),
    speak: (utterance) => {
      window.said.push({ text: utterance.text, lang: utterance.lang, volume: utterance.volume });
      setTimeout(() => utterance.onend?.(new Event("end")), 0);
    },
    addEventListener: () => {},
  };
  Object.defineProperty(window, "speechSynthesis", { value: engine });
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
})()"""


@dataclass(frozen=True)
class Said:
    """One sentence; `text` is "--" where the voice was told to be silent."""

    text: str
    lang: str
    volume: float


def give_voices(context: BrowserContext, *languages: str) -> None:
    """Pages of this context find voices for these languages, such as ``en-GB``; for none of them, none at all."""
    context.add_init_script(_SCRIPT.replace("LANGUAGES", repr(list(languages))))


def said(page: Page) -> list[Said]:
    """Everything that was said so far, in its order."""
    return [Said(**each) for each in page.evaluate("window.said")]


def words(page: Page) -> str:
    """What was said since the voice was last told to be silent, with spaces between."""
    spoken: list[str] = []
    for each in said(page):
        spoken = [] if each.text == "--" else [*spoken, each.text]
    return " ".join(spoken)
