"""The mail in a real browser: it fits, light and dark differ and can be read, and nothing is asked for."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace

import pytest

from monitor.digest.build import build
from monitor.digest.render import render
from monitor.model import LANGUAGES, Level
from tests.digest import invented

pytestmark = pytest.mark.chromium

MEASURE = """<!doctype html><meta charset=utf-8><title>x</title><body style="margin:0">
{frames}
<script>
function lum(c) {{
  const v = c.match(/[\\d.]+/g).slice(0, 3).map(x => x / 255).map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
  return .2126 * v[0] + .7152 * v[1] + .0722 * v[2];
}}
function measure(f) {{
  const d = f.contentDocument, w = f.contentWindow, bad = [];
  let least = 99;
  for (const e of d.body.querySelectorAll('*')) {{
    if (e.getBoundingClientRect().right > d.documentElement.clientWidth + .5) bad.push(e.tagName + '.' + e.className);
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.offsetParent) continue;
    let back = e;
    while (back && w.getComputedStyle(back).backgroundColor === 'rgba(0, 0, 0, 0)') back = back.parentElement;
    const a = lum(w.getComputedStyle(e).color), b = lum(back ? w.getComputedStyle(back).backgroundColor : 'rgb(255,255,255)');
    least = Math.min(least, (Math.max(a, b) + .05) / (Math.min(a, b) + .05));
  }}
  return {{
    scroll: d.documentElement.scrollWidth, client: d.documentElement.clientWidth, bad,
    paper: w.getComputedStyle(d.body).backgroundColor, contrast: least, text: d.body.innerText.length,
  }};
}}
onload = () => document.title = JSON.stringify([...document.querySelectorAll('iframe')].map(measure));
</script>"""
FRAME = '<iframe style="border:0;width:{width}px;height:4000px" srcdoc="{page}"></iframe>'
DAYS = ("normal_day", "empty_day", "blind_day", "copies_day", "week")
LONG = "monitor --config /srv/desks/" + "a-very-long-name/" * 6 + "sources.toml"


def page_of(day, lang="en", **more):
    material = getattr(invented, day)()
    return render(build(replace(material, recipient=replace(material.recipient, language=lang), **more))).html


@pytest.fixture(scope="module")
def chromium(needed):
    path = os.environ.get("MONITOR_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        needed("headless Chromium is not on this machine (set MONITOR_CHROMIUM)")
    return path


def browse(chromium, folder, url, *options):
    command = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--hide-scrollbars",
        "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--no-first-run",
        f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=5000", *options, url,
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, timeout=90, check=True).stdout.decode()


def measured(chromium, folder, pages, width, *, dark):
    """Return the measures of the pages, all opened at once: a browser takes longer to start than to look."""
    frames = "\n".join(FRAME.format(width=width, page=html.escape(page)) for page in pages)
    path = folder / "measure.html"
    path.write_text(MEASURE.format(frames=frames), encoding="utf-8")
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    dom = browse(chromium, folder, path.as_uri(), scheme, "--window-size=1300,900", "--dump-dom")
    return json.loads(html.unescape(re.search(r"<title>(.*?)</title>", dom, re.DOTALL)[1]))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1200, 360])
def test_every_mail_fits_its_window_and_every_word_has_contrast(chromium, tmp_path, width, dark):
    """Full, empty and blind days, 300 copies and a week, in three languages; commands with a long path besides."""
    names = [(day, lang) for day in DAYS for lang in LANGUAGES]
    pages = [page_of(*name) for name in names] + [page_of(day, program=LONG) for day in ("blind_day", "week")]
    seen = measured(chromium, tmp_path, pages, width, dark=dark)
    assert len(seen) == len(pages)
    for name, one in zip([*names, "long", "long"], seen, strict=True):
        assert one["bad"] == [], name
        assert one["scroll"] <= one["client"] == width, name
        assert one["paper"] == ("rgb(19, 21, 24)" if dark else "rgb(243, 241, 236)")
        assert one["contrast"] >= 4.5, name  # WCAG 2.2, 1.4.3
        assert one["text"] > 120, name


def test_endless_words_and_links_do_not_burst_the_page(chromium, tmp_path):
    long = "w" * 400
    one = invented.article(1, "Post" + long, long, "2026-11-25 10:00", url="https://press.example/" + long)
    news = invented.judged(
        one, sentences=(invented.fact(0, long, closest=long, ref="article:7"),), threads=(long,)
    )
    near = replace(news, article=replace(one, id=2), level=Level.NEAR)
    material = replace(
        invented.normal_day(),
        articles=(news, near),
        sources=(*invented.normal_day().sources, invented.out(long, "2026-11-25 10:00")),
        notes=(long,),
    )
    (seen,) = measured(chromium, tmp_path, [render(build(material)).html], 360, dark=False)
    assert seen["bad"] == []
    assert seen["scroll"] <= 360


def asked_for(chromium, folder, page):
    """Return the addresses of the mail's own hosts that were asked for; the browser's own errands go nowhere."""
    path, log = folder / "mail.html", folder / "net.json"
    path.write_text(page, encoding="utf-8")
    browse(chromium, folder, path.as_uri(), f"--log-net-log={log}", "--dump-dom")
    ours = set(re.findall(r'https?://([^/"]+)', page))
    asked = set(re.findall(r'"url":"(https?://[^"]+)"', log.read_text(encoding="utf-8")))
    return {url for url in asked if url.split("/")[2] in ours}


def test_opening_a_mail_asks_nobody_for_anything(chromium, tmp_path):
    page = page_of("week")
    assert "https://politlenta.example.com/" in page
    assert asked_for(chromium, tmp_path, page) == set()


def test_these_measures_notice_what_they_are_for(chromium, tmp_path):
    page = render(build(invented.normal_day())).html
    spoilt = page.replace(
        "<h2", '<p style="width:900px;color:#ccc">pale</p><img src="https://x.example/p.gif"><h2', 1
    )
    (seen,) = measured(chromium, tmp_path, [spoilt], 400, dark=False)
    assert seen["scroll"] > 900
    assert seen["bad"]
    assert seen["contrast"] < 2
    assert asked_for(chromium, tmp_path, spoilt) == set()  # the page's own policy forbids it
    unguarded = re.sub(r"<meta http-equiv[^>]*>", "", spoilt)
    assert asked_for(chromium, tmp_path, unguarded) == {"https://x.example/p.gif"}


def test_a_screenshot_can_be_taken_in_both_schemes(chromium, tmp_path):
    page = tmp_path / "mail.html"
    page.write_text(render(build(invented.normal_day())).html, encoding="utf-8")
    shots = []
    for scheme in (0, 1):
        shot = tmp_path / f"{scheme}.png"
        browse(chromium, tmp_path, page.as_uri(), f"--blink-settings=preferredColorScheme={scheme}",
               "--window-size=1200,1600", f"--screenshot={shot}")  # fmt: skip
        shots.append(shot.read_bytes())
    assert all(len(shot) > 20_000 for shot in shots)
    assert shots[0] != shots[1]
