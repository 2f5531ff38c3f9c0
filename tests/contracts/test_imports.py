"""The import arrows of design/architecture.md §1, checked on every file: lower never imports higher."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# Each layer may import itself and what stands before it.
LAYERS = [
    "contacts_project.postgres",
    "contacts_project.core",
    "contacts_project.accounts",
    "departments",
    "contacts",
    "conversations",
    "conversations.engagements",
    "contacts_project",
]
NO_REQUEST = ("models", "services", "policy", "querysets")
FILES = sorted(
    path.relative_to(ROOT)
    for package in ("contacts_project", "departments", "contacts", "conversations")
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)
SOURCES = {path: (ROOT / path).read_text() for path in FILES}


def dotted(path: Path) -> str:
    """Return the module's name: contacts/views/notes.py is contacts.views.notes."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def layer(module: str) -> int | None:
    """Return the number of the most special layer that holds `module`, None for other people's code."""
    found = [name for name in LAYERS if module == name or module.startswith(f"{name}.")]
    return LAYERS.index(max(found, key=len)) if found else None


def imported(path: Path, tree: ast.AST) -> Iterator[str]:
    """Yield every module that the file imports, inside functions too, with relative names resolved."""
    package = path.parent.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)  # "from contacts_project import urls"


def wrong_arrows(path: Path, source: str) -> list[str]:
    own = layer(dotted(path))
    assert own is not None
    # "from contacts_project import postgres" names the package and, beside it, the module that is meant.
    names = set(imported(path, ast.parse(source))) - {"contacts_project"}
    return sorted(name for name in names if (layer(name) or 0) > own)


def guardian_imports(path: Path, source: str) -> list[str]:
    return [name for name in imported(path, ast.parse(source)) if name.split(".")[0] == "guardian"]


def knows_request(path: Path, source: str) -> bool:
    """Say whether a module that must not know of requests does."""
    if not any(part.removesuffix(".py").startswith(NO_REQUEST) for part in path.parts):
        return False
    nodes = list(ast.walk(ast.parse(source)))
    taken = [node for node in nodes if isinstance(node, ast.arg) and node.arg == "request"]
    # An AccessRequest is a thing of ours, and may be called what it is.
    foreign = [node for node in taken if not (node.annotation and ast.unparse(node.annotation) == "AccessRequest")]
    return bool(foreign) or any(isinstance(node, ast.Name) and node.id == "HttpRequest" for node in nodes)


def test_imports_point_one_way():
    wrong = {path: arrows for path, source in SOURCES.items() if (arrows := wrong_arrows(path, source))}
    assert wrong == {}


def test_only_grants_know_guardian():
    knowing = [path for path, source in SOURCES.items() if guardian_imports(path, source)]
    assert knowing == [Path("contacts_project/accounts/grants.py")]


def test_services_know_of_no_request():
    assert [path for path, source in SOURCES.items() if knows_request(path, source)] == []


@pytest.mark.parametrize(
    ("path", "source", "wrong"),
    [
        ("contacts/views/notes.py", "def f():\n    from conversations import models", "conversations"),
        ("contacts_project/core/text.py", "from ..accounts.models import User", "contacts_project.accounts.models"),
        ("contacts_project/accounts/grants.py", "import contacts.models", "contacts.models"),
        ("conversations/inbox.py", "from . import engagements", "conversations.engagements"),
        ("contacts/policy.py", "from contacts_project import urls", "contacts_project.urls"),
    ],
)
def test_a_wrong_arrow_is_found(path, source, wrong):
    assert wrong in wrong_arrows(Path(path), source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("conversations/engagements/sending.py", "from contacts import policy\nfrom ..models import Channel"),
        ("contacts_project/urls.py", "import conversations.engagements.views"),
        ("contacts_project/core/checks.py", "from contacts_project import postgres"),
    ],
)
def test_a_right_arrow_is_left_alone(path, source):
    assert wrong_arrows(Path(path), source) == []


def test_a_request_in_a_service_is_found():
    assert knows_request(Path("contacts/services/notes.py"), "def save_note(request): ...")
    assert knows_request(Path("contacts/models/work.py"), "from django.http import HttpRequest\nx: HttpRequest")
    assert not knows_request(Path("contacts/views/notes.py"), "def note_edit(request): ...")
    assert not knows_request(Path("contacts/services/access.py"), "def answer(request: AccessRequest): ...")
