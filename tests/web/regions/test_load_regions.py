"""Territories from a table."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from tests.web.factories import make_regions
from waspada.errors import CatalogueError
from waspada_web.audit.models import AuditEntry
from waspada_web.regions.models import Region, RegionKind
from waspada_web.regions.operations import COLUMNS, SOUTH_KALIMANTAN, load_regions

HEAD = ",".join(COLUMNS)


def table(tmp_path: Path, *rows: str, head: str = HEAD) -> Path:
    path = tmp_path / "regions.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_south_kalimantan_has_thirteen_regencies_and_cities(db: None) -> None:
    make_regions()
    assert Region.objects.filter(kind=RegionKind.REGENCY).count() == 11
    assert Region.objects.filter(kind=RegionKind.CITY).count() == 2
    balangan = Region.objects.get(code="63.11")
    assert (balangan.bps_code, balangan.parent and balangan.parent.code) == ("6311", "63")
    assert balangan.children.count() == 8
    tiles = Region.objects.filter(tile_row__isnull=False)
    assert len({(region.tile_row, region.tile_column) for region in tiles}) == 13


def test_a_regency_has_another_name_on_an_english_page(db: None) -> None:
    make_regions()
    region = Region.objects.get(code="63.11")
    with override("id"):
        assert str(region) == "Kabupaten Balangan"
    with override("en"):
        assert str(region) == "Balangan Regency"


def test_loading_twice_changes_nothing_and_leaves_one_audit_row(db: None) -> None:
    assert load_regions(SOUTH_KALIMANTAN, by=None) == 23
    before = list(Region.objects.values())
    assert load_regions(SOUTH_KALIMANTAN, by=None) == 0
    assert list(Region.objects.values()) == before
    assert AuditEntry.objects.filter(verb="load-regions").count() == 1


def test_all_faults_of_a_table_are_told_at_once_and_nothing_is_stored(
    db: None, tmp_path: Path
) -> None:
    path = table(
        tmp_path,
        "11,11,province,Aceh,,,,,",
        "11.01,1101,regency,Aceh Selatan,12,,,,",
        "11.02,1102,kingdom,Aceh Tenggara,11,,,,",
        "11.03,1103,regency,Aceh Timur,11,north,,,",
    )
    with pytest.raises(CatalogueError) as error:
        load_regions(path, by=None)
    assert [fault.code for fault in error.value.faults] == [
        "unknown_parent",
        "bad_value",
        "bad_value",
    ]
    assert not Region.objects.exists()


def test_a_missing_column_is_named(db: None, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="bps_code"):
        load_regions(table(tmp_path, head=HEAD.replace("bps_code,", "")), by=None)


def test_the_command_loads_another_province(db: None, tmp_path: Path) -> None:
    call_command("load_regions", str(table(tmp_path, "11,11,province,Aceh,,,,,")))
    assert Region.objects.get().name == "Aceh"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_regions", str(tmp_path / "nowhere.csv"))
