"""Shipped files are found as package resources and, without these, in the checkout."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from monitor import shipped
from monitor.errors import MonitorError

ROOT = Path(__file__).resolve().parents[2]


def test_a_package_resource_comes_first(tmp_path):
    (tmp_path / "wheel").mkdir()
    (tmp_path / "wheel/sources.toml").write_text("from the wheel")
    (tmp_path / "sources.toml").write_text("from the checkout")
    found = shipped.find("sources.toml", package=tmp_path / "wheel", checkout=tmp_path)
    assert found.read_text() == "from the wheel"


@pytest.mark.parametrize(("name", "place"), list(shipped.CHECKOUT_PLACES.items()))
def test_the_checkout_serves_where_the_package_has_none(tmp_path, name, place):
    file = tmp_path / place
    file.parent.mkdir(exist_ok=True)
    file.write_text("from the checkout")
    assert shipped.find(name, package=tmp_path / "none", checkout=tmp_path).read_text() == "from the checkout"


def test_a_file_in_a_folder_is_found(tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo/x.xml").write_bytes(b"\xff")
    assert shipped.find("demo/x.xml", package=tmp_path).read_bytes() == b"\xff"


@pytest.mark.parametrize("name", ["", "/etc/hostname", "../sources.toml", "demo/../../x", "a\\b"])
def test_names_that_lead_outside_are_refused(name):
    with pytest.raises(MonitorError, match="not the name of a shipped file"):
        shipped.read_text(name)


def test_a_missing_file_means_an_incomplete_installation(tmp_path):
    with pytest.raises(MonitorError, match="installation is incomplete"):
        shipped.find("seeds.json", package=tmp_path, checkout=tmp_path)


def test_the_shipped_files_can_be_read_from_here():
    tomllib.loads(shipped.read_text("sources.toml"))
    json.loads(shipped.read_bytes("seeds.json"))


def test_the_wheel_takes_the_same_files_from_the_same_places():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {place: f"monitor/shipped/{name}" for name, place in shipped.CHECKOUT_PLACES.items()}
