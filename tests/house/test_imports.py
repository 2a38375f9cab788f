"""Arrows point one way: who may import whom, which library lives where, and what pure stages must not touch."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "monitor"

RECORDS = {"model", "errors"}
PURE = RECORDS | {"text", "read", "judge", "topic", "digest", "backfill"}
SETTINGS = {"config", "shipped"}
LAYERS: dict[str, set[str]] = {
    "errors": set(),
    "model": {"errors"},
    "text": RECORDS,
    "read": RECORDS | {"text"},
    "judge": RECORDS | {"text", "read", "topic"},
    "topic": RECORDS,
    "digest": RECORDS | {"text", "read", "judge"},
    "backfill": RECORDS | {"text", "read"},
    "shipped": {"errors"},
    "config": RECORDS | {"shipped"},
    "fetch": RECORDS | {"text", "read"},
    "db": RECORDS | {"text", "read", "judge", "digest"},
    "digest.deliver": PURE | SETTINGS,
    "service": PURE | SETTINGS | {"fetch", "db", "digest.deliver", "__init__"},
    "web": PURE | SETTINGS | {"fetch", "db", "service", "__init__"},
    "terminal": RECORDS | {"service"},
    "cli": PURE | SETTINGS | {"fetch", "db", "service", "web", "terminal", "__init__"},
    "__main__": {"cli", "errors", "terminal"},
    "__init__": set(),
}
"""What each part may import beside itself. A new part of the package needs a line here."""

HOMES = {
    "httpx": ("fetch/",),
    "httpcore": ("fetch/",),
    "requests": (),
    "urllib.request": (),
    "http.client": (),
    "feedparser": ("read/feed.py",),
    "apscheduler": ("service/daemon.py",),
    "sqlmodel": ("db/",),
    "sqlalchemy": ("db/",),
    "alembic": ("db/",),
    "psycopg": ("db/",),
    "sqlite3": ("db/",),
    "smtplib": ("digest/deliver.py", "digest/handing.py"),
    "apprise": ("digest/notify.py",),
    "trafilatura": ("read/",),
    "selectolax": ("read/", "digest/"),
    "protego": ("fetch/robots.py",),
    "typer": ("cli.py", "__main__.py", "cli/"),
    "starlette": ("web/",),
}
"""Libraries and the only places that may import them."""

OUTSIDE = {
    "asyncio",
    "socket",
    "ssl",
    "subprocess",
    "multiprocessing",
    "random",
    "secrets",
    "tempfile",
}
"""Modules a pure stage has no business with."""
DELIVERY = {"digest/deliver.py", "digest/notify.py"}
"""What of the digest's own package hands it to others."""
CLOCKS = {"now", "utcnow", "today", "time_ns", "monotonic", "perf_counter"}
DISK = {"open", "read_text", "read_bytes", "write_text", "write_bytes"}

MODULES = sorted(PACKAGE.rglob("*.py"))


def name(file):
    """Return ``judge/due.py``."""
    return file.relative_to(PACKAGE).as_posix()


def part(place):
    """Return the part a module belongs to: its folder, else its own name."""
    if place in DELIVERY:
        return "digest.deliver"
    return place.split("/")[0].removesuffix(".py")


def imports(file):
    """Return the dotted names a module imports, those within functions and TYPE_CHECKING included."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(file)}: imports are written in full"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def target(dotted):
    """Return the part of ``monitor`` that a dotted name leads to."""
    parts = dotted.split(".")
    if "/".join(parts[1:3]) + ".py" in DELIVERY:
        return "digest.deliver"
    inner = parts[1] if len(parts) > 1 else "__init__"
    there = (PACKAGE / inner).is_dir() or (PACKAGE / f"{inner}.py").is_file()
    return inner if there else "__init__"  # monitor.__version__


@pytest.mark.parametrize("file", MODULES, ids=name)
def test_every_module_opens_with_a_sentence(file):
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    assert docstring, f"{name(file)} has no docstring"
    first = docstring.split("\n\n")[0].strip()
    assert first[0].isupper() or not first[0].isalpha()
    assert first.rstrip(":").endswith((".", "?", "!")) or first.endswith("::"), first


@pytest.mark.parametrize("file", MODULES, ids=name)
def test_arrows_point_one_way(file):
    own = part(name(file))
    assert own in LAYERS, f"{own} is new: say in LAYERS what it may import"
    used = {target(dotted) for dotted in imports(file) if dotted.split(".")[0] == "monitor"}
    assert used - LAYERS[own] - {own} == set()


@pytest.mark.parametrize("file", MODULES, ids=name)
def test_libraries_stay_in_their_homes(file):
    strays = [
        dotted
        for dotted in imports(file)
        for library, homes in HOMES.items()
        if (dotted == library or dotted.startswith(library + "."))
        and not name(file).startswith(homes or ("-",))
    ]
    assert strays == []


@pytest.mark.parametrize("file", [f for f in MODULES if part(name(f)) in PURE], ids=name)
def test_pure_stages_touch_no_clock_disk_or_network(file):
    assert {dotted.split(".")[0] for dotted in imports(file)} & OUTSIDE == set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    own = {dotted.rpartition(".")[2] for dotted in imports(file) if dotted.startswith("monitor.")}
    own |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {call.id for call in calls if isinstance(call, ast.Name)} - own
    attributes = {
        call.attr
        for call in calls
        if isinstance(call, ast.Attribute)
        and ast.unparse(call.value).split(".")[0] not in own
        and "files(" not in ast.unparse(call.value)  # data that comes with the package is no outside world
    }
    assert attributes & CLOCKS == set()
    assert (attributes | names) & DISK == set()
    assert "print" not in names


def test_no_two_modules_import_each_other_in_a_circle():
    graph = {}
    known = {
        "monitor." + name(f).removesuffix(".py").replace("/", ".").removesuffix(".__init__"): f
        for f in MODULES
    }
    for dotted, file in known.items():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        graph[dotted] = {
            found
            for node in tree.body  # imports within functions are late and close no circle
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("monitor")
            for alias in node.names
            for found in [
                f"{node.module}.{alias.name}" if f"{node.module}.{alias.name}" in known else node.module
            ]
            if found in known and found != dotted
        }
    done, path = set(), []

    def visit(node):
        if node in path:
            pytest.fail(" -> ".join([*path[path.index(node) :], node]))
        if node not in done:
            path.append(node)
            for following in sorted(graph[node]):
                visit(following)
            done.add(path.pop())

    for node in sorted(graph):
        visit(node)


def test_reading_the_settings_is_cheap():
    """Start-up time: the configuration needs no third-party library."""
    for file in (PACKAGE / "config").glob("*.py"):
        roots = {dotted.split(".")[0] for dotted in imports(file)}
        assert roots <= set(sys.stdlib_module_names) | {"monitor"}
