"""Real and hostile feeds served on loopback and polled as sources: nothing raised, nothing lost, nothing doubled."""

from __future__ import annotations

import json
import os
import resource
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from monitor import config
from monitor.model import Health
from monitor.service.context import opened
from monitor.service.poll import poll
from tests.road.worlds import make_desk

pytestmark = [pytest.mark.road, pytest.mark.shared]

HEADERS = {"content_encoding", "location", "retry_after"}
KINDS = {".json": "application/feed+json", ".atom": "application/atom+xml", ".rdf": "application/rdf+xml"}


class Files(BaseHTTPRequestHandler):
    """Serves files as their manifest says: status, headers, coding."""

    protocol_version = "HTTP/1.1"
    answers: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {}

    def do_GET(self):
        status, headers, body = self.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value.replace("{base}", f"http://{self.headers['Host']}"))
        if status not in (204, 304):
            longer = int(headers.get("X-Longer", 0))
            self.send_header("Content-Length", str(len(body) + longer))
            self.close_connection = bool(longer)
        self.end_headers()
        if status not in (204, 304):
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def serve():
    servers = []

    def start(answers):
        handler = type("Handler", (Files,), {"answers": answers})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


def desk_of(folder, base, names):
    sources = [
        {"id": f"s{number}", "name": name[:40], "url": f"{base}/{name}", "lang": "", "fetch_articles": False}
        for number, name in enumerate(names)
    ]
    return make_desk(folder, base, sources)


def polled(desk, **options):
    with opened(config.load(desk.config, os.environ)) as context:
        report = context.run(poll(context, every=True, **options))
        return report, context.store.counts().entries


def test_every_entry_that_feedparser_finds_is_stored_once(shared, serve, tmp_path, entry_keys):
    folder = shared / "corpus" / "feeds" / "real"
    files = sorted(folder.iterdir())
    kinds = {f.name: KINDS.get(f.suffix, "application/xml") for f in files}
    base = serve({f"/{f.name}": (200, {"Content-Type": kinds[f.name]}, f.read_bytes()) for f in files})
    desk = desk_of(tmp_path, base, [f.name for f in files])
    report, stored = polled(desk)
    assert len(report.results) == len(files) == 84
    by_name = {result.source.name: result for result in report.results}
    wrong = {}
    for file in files:
        expected = entry_keys(file)
        found = by_name[file.name[:40]]
        if found.new != expected:
            wrong[file.name] = (found.new, expected, found.kind, found.state.detail)
    assert not wrong
    assert stored == report.new
    again, still = polled(desk)
    assert (again.new, still) == (0, stored)


@pytest.fixture
def entry_keys():
    """Return how many different entries feedparser finds in a file, by guid, else link, else text."""
    import feedparser

    def count(file):
        if file.suffix == ".json":
            return len({str(item["id"]) for item in json.loads(file.read_bytes())["items"]})
        import io
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            entries = feedparser.parse(io.BytesIO(file.read_bytes())).entries
        return len({e.get("id") or e.get("link") or (e.get("title"), e.get("summary")) for e in entries})

    return count


def test_the_hostile_set_ends_in_named_states_without_exception_within_bounds(shared, serve, tmp_path):
    folder = shared / "corpus" / "feeds" / "hostile"
    cases = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    # The slow drip takes a real deadline to cut off; tests/fetch holds it with a clock of its own.
    cases = [case for case in cases if "drip_bytes_per_s" not in case["http"]]
    answers = {}
    for case in cases:
        http = case["http"]
        headers = {"Content-Type": case["content_type"]} if case.get("content_type") else {}
        headers |= {k.replace("_", "-").title(): str(v) for k, v in http.items() if k in HEADERS}
        headers["X-Longer"] = str(http.get("content_length_extra", 0))
        answers["/" + case["file"]] = (http["status"], headers, (folder / case["file"]).read_bytes())
    base = serve(answers)
    desk = desk_of(tmp_path, base, [case["file"] for case in cases])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report, _ = polled(desk)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    asked = len(report.results) + report.not_due
    assert asked == len(cases), "a host-wide wait may stop later sources; none is lost"
    assert all(isinstance(result.state.health, Health) for result in report.results)
    assert grown_mb < 200
    by_file = {result.source.url.rsplit("/", 1)[1]: result for result in report.results}
    for name in ("html-as-feed.xml", "json-error.json", "binary-png.xml"):
        if name in by_file:
            assert by_file[name].state.health is Health.NOT_A_FEED, name
