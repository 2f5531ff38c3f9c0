# Sourced by the scripts beside it, in the repository's folder: makes .venv and installs the pinned packages.
# Wants $wanted: base (to run) or dev (to test). Gives $py.
py=.venv/bin/python
if [ ! -x "$py" ] || [ ! -f .venv/pyvenv.cfg ]; then
    for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 none; do
        [ "$python" != none ] || { echo "Kithline needs Python 3.11 or newer; none was found. Name one with PYTHON=." >&2; exit 1; }
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break
    done
    rm -f .venv/.installed-*
    if ! "$python" -m venv --clear .venv; then
        rm -rf .venv
        echo "$python cannot make .venv here. On Debian and Ubuntu: apt install python3-venv" >&2
        exit 1
    fi
fi
if ! cmp -s "requirements/$wanted.txt" ".venv/.installed-$wanted"; then
    echo "Installing the packages of requirements/$wanted.txt" >&2
    "$py" -m pip install --quiet --disable-pip-version-check --require-hashes -r "requirements/$wanted.txt"
    cp "requirements/$wanted.txt" ".venv/.installed-$wanted"
    [ "$wanted" = base ] || cp requirements/base.txt .venv/.installed-base # dev.txt holds all of base.txt
fi
