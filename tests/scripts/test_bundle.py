"""The bundle of the kiosk: made when a source changed, never served when it is older than one."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.kernel import bundle
from scripts.bundle import __main__ as bundler
from tests.scripts.test_setup import program, shell

SCRIPT = "kiosk/static/js/main.js"
MADE = {
    "main": "main-A.js", "pairing": "pairing-A.js", "wall": "wall-A.js", "wall_style": "wallstyle-A.css", "style": "kiosk-A.css", "far_fonts": "far-A.css",
    "fonts": ["inter-A.woff2"], "needed": ["part-A.js"], "files": ["main-A.js", "pairing-A.js"],
}  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A checkout with one script, and a bundler that takes no time; `calls` says how often it worked."""
    folder = tmp_path / "kiosk/static/build"
    source = tmp_path / SCRIPT
    source.parent.mkdir(parents=True)
    source.write_text("one")
    for module in (bundle, bundler):
        monkeypatch.setattr(module, "FOLDER", folder)
        monkeypatch.setattr(module, "MANIFEST", folder / "manifest.json")
    monkeypatch.setattr(bundle, "PROJECT_ROOT", tmp_path)
    monkeypatch.setattr("scripts.bundle.fonts.cut_fonts", lambda _, scratch: scratch / "cuts.css")
    monkeypatch.setattr(bundler, "_bundled", _bundled)
    bundle._digest.cache_clear()
    bundle._read.cache_clear()
    yield tmp_path
    bundle._digest.cache_clear()
    bundle._read.cache_clear()


def _bundled(out: Path, cuts: Path) -> dict[str, object]:
    (out / "main-A.js").write_text("script")
    (out / "main-A.js.br").write_text("packed")
    return dict(MADE)


def test_it_is_made_once_and_again_only_when_a_source_changed(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "is missing" in (bundle.missing_bundle() or "")
    assert bundler.main() == 0
    made = bundle.current()
    assert made
    assert (made.main, made.fonts, made.needed) == ("main-A.js", ("inter-A.woff2",), ("part-A.js",))
    assert bundle.missing_bundle() is None

    monkeypatch.setattr(bundler, "make", lambda: pytest.fail("nothing has changed"))
    assert bundler.main() == 0
    os.utime(checkout / SCRIPT, (1, 1))  # as after a checkout of the same: another time, the same content
    assert bundler.main() == 0
    assert bundle.current() == made


@pytest.mark.parametrize("change", ["edit", "new", "gone"])
def test_one_that_is_older_than_a_source_is_not_served(checkout: Path, change: str) -> None:
    (checkout / "kiosk/static/js/other.js").write_text("two")
    bundler.main()
    assert bundle.current()

    if change == "edit":
        (checkout / SCRIPT).write_text("another")
    elif change == "new":
        (checkout / "kiosk/static/js/steps").mkdir()
        (checkout / "kiosk/static/js/steps/new.js").write_text("three")
    else:
        (checkout / "kiosk/static/js/other.js").unlink()

    assert bundle.current() is None
    assert "is older than its sources" in (bundle.missing_bundle() or "")


def test_what_is_no_manifest_is_no_bundle(checkout: Path) -> None:
    bundler.main()
    for content in ("", "[]", "{}", json.dumps({"digest": bundle.sources_digest()})):
        (checkout / "kiosk/static/build/manifest.json").write_text(content)
        bundle._read.cache_clear()
        assert bundle.current() is None


def test_files_of_yesterday_go_when_the_new_ones_are_there(checkout: Path) -> None:
    folder = checkout / "kiosk/static/build"
    folder.mkdir()
    for name in ("main-OLD.js", "main-OLD.js.br", "main-OLD.js.gz"):
        (folder / name).write_text("old")

    bundler.main()

    assert {file.name for file in folder.iterdir()} == {"main-A.js", "main-A.js.br", "manifest.json"}


def test_a_bundler_that_fails_says_why_and_leaves_the_old_bundle(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bundler.main()
    before = (checkout / "kiosk/static/build/manifest.json").read_text()
    (checkout / SCRIPT).write_text("no script {")

    def fails(out: Path, cuts: Path) -> dict[str, object]:
        raise subprocess.CalledProcessError(1, ["node"], stderr="main.js:1:10: ERROR: Unexpected end of file")

    monkeypatch.setattr(bundler, "_bundled", fails)

    assert bundler.main() == 1
    assert "Unexpected end of file" in capsys.readouterr().err
    assert (checkout / "kiosk/static/build/manifest.json").read_text() == before


def test_set_up_goes_on_without_a_bundle_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    program(tmp_path / "bin", "python", "exit 1")

    done = shell("ensure_bundle; echo went on", BOOKINGHALL_VENV=str(tmp_path))

    assert done.stdout == "went on\n"
    assert "The kiosk's bundle could not be made" in done.stderr
