# How every command here begins: finds Python 3.11 or later and hands over to scripts/house.
# Sourced by the command, so that $0 is still its name.

new_enough() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

name=$(basename "$0")
if [ -n "${PYTHON-}" ]; then
    case $PYTHON in
    */*) PYTHON=$(cd "$(dirname "$PYTHON")" 2>/dev/null && pwd)/$(basename "$PYTHON") ;;
    esac
    candidates=$PYTHON
fi
cd "$(dirname "$0")/.." || exit 1

IFS=:
for candidate in ${candidates-.venv/bin/python:python3:python3.14:python3.13:python3.12:python3.11}; do
    if new_enough "$candidate"; then
        unset IFS
        exec "$candidate" -m scripts.house "$name" "$@"
    fi
done
if [ -n "${PYTHON-}" ]; then
    echo "$name: \$PYTHON ($PYTHON) is not a Python 3.11 or later; unset it or name another." >&2
else
    echo "$name: found no Python 3.11 or later; install one, or name one: PYTHON=/path/to/python3" >&2
fi
exit 1
