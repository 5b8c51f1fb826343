"""Every text of the pages stands in Indonesian, and the tool that checks it can say no."""

from __future__ import annotations

import gettext
import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from waspada_web.ui import catalogue
from waspada_web.ui.catalogue import Text

TEMPLATE = """\
{% load i18n %}
<main>
      <h1>{% translate "Open rounds" %}</h1>
  {% blocktranslate count number=rounds|length trimmed %}
      One round
  {% plural %}
      {{ number }} rounds
  {% endblocktranslate %}
    <p title="{% trans 'Don’t know' context "answer" %}">{{ label|default:_("none") }}</p>
</main>
"""
PYTHON = """\
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
title = _("Rank of %(region)s")
count = ngettext("%(n)s answer", "%(n)s answers", n)
place = pgettext("territory", "Region")
"""


def po(*entries: str) -> str:
    header = catalogue.HEADER.format(language="id", plural_forms="nplurals=1; plural=0")
    return header + "\n\n".join(entries) + "\n"


def entry(msgid: str, msgstr: str) -> str:
    return f'msgid "{msgid}"\nmsgstr "{msgstr}"'


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small application with one text, translated well."""
    (tmp_path / "locale/id/LC_MESSAGES").mkdir(parents=True)
    write_view(tmp_path, '_("Rank of %(region)s")')
    write_po(tmp_path, entry("Rank of %(region)s", "Peringkat %(region)s"))
    return tmp_path


def po_path(package: Path) -> Path:
    return package / "locale/id/LC_MESSAGES/django.po"


def write_po(package: Path, *entries: str) -> None:
    po_path(package).write_text(po(*entries), encoding="utf-8")


def write_view(package: Path, source: str) -> None:
    (package / "views.py").write_text(source, encoding="utf-8")


# The pages --------------------------------------------------------------------------------------


def test_pages_have_texts_and_an_indonesian_catalogue() -> None:
    assert catalogue.extract(), "No text is marked for translation in the pages."
    assert [path.parent.parent.name for path in catalogue.po_files()] == ["id"]


def test_every_text_of_the_pages_is_translated() -> None:
    assert catalogue.check() == []


# The tool ---------------------------------------------------------------------------------------


def test_texts_of_a_template_are_found_whatever_its_indentation() -> None:
    assert set(catalogue.texts_of_template(TEMPLATE)) == {
        Text("Open rounds"),
        Text("One round", "%(number)s rounds"),
        Text("Don’t know", context="answer"),
        Text("none"),
    }


def test_texts_of_python_are_found() -> None:
    assert set(catalogue.texts_of_python(PYTHON)) == {
        Text("Rank of %(region)s"),
        Text("%(n)s answer", "%(n)s answers"),
        Text("Region", context="territory"),
    }


def test_a_complete_catalogue_has_no_faults(package: Path) -> None:
    assert catalogue.check(package) == []


GOOD = entry("Rank of %(region)s", "Peringkat %(region)s")


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([], "is missing"),
        ([entry("Rank of %(region)s", "")], "has no translation"),
        (["#, fuzzy\n" + GOOD], "marked fuzzy"),
        ([entry("Rank of %(region)s", "Peringkat %(daerah)s")], "differ in what is filled in"),
        ([GOOD, entry("Home", "Beranda")], "used nowhere"),
        ([GOOD, '#~ msgid "Home"\n#~ msgstr "Beranda"'], "kept as obsolete"),
        ([GOOD, GOOD], "stands there twice"),
    ],
)
def test_each_fault_is_told_once(package: Path, entries: list[str], words: str) -> None:
    write_po(package, *entries)
    faults = catalogue.check(package)
    assert len(faults) == 1
    assert words in faults[0]


def test_update_adds_new_texts_keeps_translations_and_drops_the_rest(package: Path) -> None:
    write_view(package, 'title = _("Rank of %(region)s"); home = _("Home")')
    write_po(package, GOOD, entry("Gone", "Hilang"), '#~ msgid "Old"\n#~ msgstr "Lama"')
    assert catalogue.update(package) == [po_path(package)]
    assert [fault.partition(": ")[2] for fault in catalogue.check(package)] == [
        '"Home" of views.py has no translation.'
    ]
    content = po_path(package).read_text(encoding="utf-8")
    assert content.index('"Home"') < content.index('"Rank of %(region)s"')
    assert "Peringkat %(region)s" in content
    assert catalogue.update(package) == []


def test_compiled_catalogue_answers_and_is_written_only_when_older(package: Path) -> None:
    (target,) = catalogue.compile_catalogues(package / "locale")
    with target.open("rb") as file:
        answers = gettext.GNUTranslations(file)
    assert answers.gettext("Rank of %(region)s") == "Peringkat %(region)s"
    assert catalogue.compile_catalogues(package / "locale") == []
    later = target.stat().st_mtime + 10
    os.utime(po_path(package), (later, later))
    assert catalogue.compile_catalogues(package / "locale") == [target]


def test_update_keeps_the_one_plural_of_indonesian(package: Path) -> None:
    """Babel thinks that Indonesian has two; the second, empty one read as untranslated."""
    write_view(package, 'n = ngettext("%(n)s answer", "%(n)s answers", n)')
    plural = 'msgid "%(n)s answer"\nmsgid_plural "%(n)s answers"\nmsgstr[0] "%(n)s jawaban"'
    write_po(package, plural)
    catalogue.update(package)
    assert catalogue.check(package) == []
    assert "msgstr[1]" not in po_path(package).read_text(encoding="utf-8")


def test_a_catalogue_compiled_late_is_heard_in_the_same_process(
    package: Path, settings: Any
) -> None:
    """Django asks for translations before the tests begin, and remembers an empty answer."""
    with translation.override("id"):
        settings.LOCALE_PATHS = [package / "locale"]
        assert translation.gettext("Rank of %(region)s") == "Rank of %(region)s"
    catalogue.compile_catalogues(package / "locale")
    with translation.override("id"):
        assert translation.gettext("Rank of %(region)s") == "Peringkat %(region)s"
