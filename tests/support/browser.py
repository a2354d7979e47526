"""Where the system's Chromium is, and how it is started: quietly, and talking to nobody else."""

import shutil
import subprocess

# Chromium takes the last of several such lists, so what Playwright switches off is named again.
_PLAYWRIGHTS = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch",
)  # fmt: skip
# Pages of its own that it draws for each window before anybody asks: two fifths of what a window costs.
_ITS_OWN_PAGES = ("WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup")

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join((*_PLAYWRIGHTS, *_ITS_OWN_PAGES))}",
]


def chromium_path() -> str:
    """Path of a browser that runs. Raises RuntimeError where there is none: browser tests are never skipped."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0:
            return found
    raise RuntimeError("Chromium is missing: install the package chromium.")
