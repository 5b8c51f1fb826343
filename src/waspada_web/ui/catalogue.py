"""The translations of the pages: found, kept complete and compiled without GNU gettext.

    ./waspada tool waspada_web.ui.catalogue update     add new texts untranslated, drop old ones
    ./waspada tool waspada_web.ui.catalogue compile    write the .mo files Django reads
    ./waspada tool waspada_web.ui.catalogue check      say what is missing or wrong

English is the language of the source; every other folder of `locale` is a translation.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as extract_messages
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileParser, write_po
from django.utils.translation.reloader import translation_file_changed
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent
LOCALE = PACKAGE / "locale"
TEMPLATE_SUFFIXES = (".html", ".txt", ".svg", ".xml")

_PLAIN = ("_", "gettext", "gettext_lazy", "gettext_noop")
_PLURAL = ("ngettext", "ngettext_lazy")
_CONTEXT = ("pgettext", "pgettext_lazy")
_CONTEXT_PLURAL = ("npgettext", "npgettext_lazy")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(_PLAIN, None),
    **dict.fromkeys(_PLURAL, (1, 2)),
    **dict.fromkeys(_CONTEXT, ((1, "c"), 2)),
    **dict.fromkeys(_CONTEXT_PLURAL, ((1, "c"), 2, 3)),
}
"""Functions that mark a text, and which of their arguments are context, singular and plural."""

HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms};\\n"

"""
"""Without dates and names, so that two branches never disagree about it."""

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sdf]|(?<!%)%[sdf]|\{(\w*)\}")


@dataclass(frozen=True)
class Text:
    """One text of the pages. plural is None where no number decides between two wordings."""

    singular: str
    plural: str | None = None
    context: str | None = None

    @property
    def msgid(self) -> str | tuple[str, str]:
        return self.singular if self.plural is None else (self.singular, self.plural)

    @property
    def key(self) -> tuple[str | None, str]:
        """What gettext looks up: the plural is no part of it."""
        return self.context, self.singular

    def __str__(self) -> str:
        return f'"{self.singular}"' + (f" ({self.context})" if self.context else "")


# Finding ----------------------------------------------------------------------------------------


def extract(package: Path = PACKAGE) -> dict[Text, str]:
    """Every text marked for translation in templates and Python files -> the first file with it."""
    found: dict[Text, str] = {}
    for path in sorted(package.rglob("*")):
        if "tests" in path.parts or "__pycache__" in path.parts:
            continue
        if path.suffix == ".py":
            texts = texts_of_python(path.read_text(encoding="utf-8"))
        elif path.suffix in TEMPLATE_SUFFIXES and "templates" in path.parts:
            texts = texts_of_template(path.read_text(encoding="utf-8"))
        else:
            continue
        for text in texts:
            found.setdefault(text, path.relative_to(package).as_posix())
    return found


def texts_of_python(source: str) -> Iterator[Text]:
    rows = extract_messages("python", BytesIO(source.encode()), keywords=KEYWORDS)
    for _, message, _, context in rows:
        if isinstance(message, tuple):
            yield Text(message[0], message[1], context)
        else:
            yield Text(message, context=context)


def texts_of_template(source: str) -> Iterator[Text]:
    # templatize keeps the indentation of the page, which means nothing and no tokeniser accepts.
    lines = templatize(source).splitlines()
    return texts_of_python("\n".join(line.lstrip() for line in lines))


# Reading and writing ----------------------------------------------------------------------------


class _KeptCatalog(Catalog):
    """A catalogue that remembers what stood twice in its file."""

    def __init__(self, locale: str) -> None:
        self.repeated: list[str] = []
        super().__init__(locale=locale, charset="utf-8")

    def __setitem__(self, id: str | tuple[str, ...] | list[str], message: Message) -> None:
        if id and self.get(id, message.context) is not None:
            self.repeated.append(_singular(message))
        super().__setitem__(id, message)


@dataclass(frozen=True)
class Translations:
    """The content of one .po file."""

    path: Path
    catalog: Catalog
    repeated: list[str] = field(default_factory=list)

    @property
    def language(self) -> str:
        return self.path.parent.parent.name

    def messages(self) -> dict[tuple[str | None, str], Message]:
        return {(m.context, _singular(m)): m for m in self.catalog if m.id}


def _singular(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else str(message.id)


def _wordings(message: Message) -> list[str]:
    string = message.string
    return list(string) if isinstance(string, tuple | list) else [str(string or "")]


def read(path: Path) -> Translations:
    catalog = _KeptCatalog(path.parent.parent.name)
    with path.open("rb") as file:
        PoFileParser(catalog).parse(file)
    return Translations(path, catalog, catalog.repeated)


def po_files(locale: Path = LOCALE) -> list[Path]:
    return sorted(locale.glob("*/LC_MESSAGES/*.po"))


def compile_catalogues(locale: Path = LOCALE) -> list[Path]:
    """Write each .mo that is missing or older than its .po; return those written."""
    written = []
    for path in po_files(locale):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        compiled = BytesIO()
        write_mo(compiled, read(path).catalog)
        # Two processes may start at once; a reader never meets half a file.
        draft = target.with_suffix(f".{os.getpid()}.tmp")
        draft.write_bytes(compiled.getvalue())
        draft.replace(target)
        # Django may have met the folder before, without this file, and remembers what it saw.
        translation_file_changed(sender=None, file_path=target)
        written.append(target)
    return written


def update(package: Path = PACKAGE) -> list[Path]:
    """Bring every .po in line with the source: sorted, complete, nothing left over."""
    # A text with and without a plural is one entry, the one with the plural.
    by_key = {
        text.key: text for text in sorted(extract(package), key=lambda t: t.plural is not None)
    }
    texts = sorted(by_key.values(), key=lambda text: (text.singular, text.context or ""))
    written = []
    for path in po_files(package / "locale"):
        content = updated(read(path), texts)
        if content != path.read_text(encoding="utf-8"):
            path.write_text(content, encoding="utf-8", newline="\n")
            written.append(path)
    return written


def updated(translations: Translations, texts: Iterable[Text]) -> str:
    known = translations.messages()
    language = translations.language
    fresh = Catalog(locale=language, charset="utf-8")
    # The file's own number of plurals: Babel thinks that Indonesian has two.
    fresh.mime_headers = translations.catalog.mime_headers
    for text in texts:
        old = known.get(text.key)
        fits = old is not None and isinstance(old.id, tuple | list) == (text.plural is not None)
        string = old.string if old is not None and fits and not old.fuzzy else None
        fresh.add(text.msgid, string, context=text.context)
    body = BytesIO()
    write_po(body, fresh, no_location=True, omit_header=True, width=96)
    header = HEADER.format(language=language, plural_forms=fresh.plural_forms.rstrip(";"))
    return header + body.getvalue().decode()


# Checking ---------------------------------------------------------------------------------------


def check(package: Path = PACKAGE) -> list[str]:
    """One sentence for everything that would show a reader the wrong language or a broken text."""
    texts = extract(package)
    return [
        f"{path.relative_to(package)}: {fault}"
        for path in po_files(package / "locale")
        for fault in faults(read(path), texts)
    ]


def faults(translations: Translations, texts: dict[Text, str]) -> Iterator[str]:
    known = translations.messages()
    for text, place in texts.items():
        message = known.get(text.key)
        if message is None:
            yield f"{text} of {place} is missing."
        elif not all(_wordings(message)):
            yield f"{text} of {place} has no translation."
        elif message.fuzzy:
            yield f"{text} of {place} is marked fuzzy; confirm or mend it."
        else:
            yield from placeholder_faults(text, _wordings(message))
    for context, singular in known.keys() - {text.key for text in texts}:
        yield f"{Text(singular, context=context)} is used nowhere any more."
    for message in translations.catalog.obsolete.values():
        yield f"{Text(_singular(message), context=message.context)} is kept as obsolete."
    for singular in translations.repeated:
        yield f"{Text(singular)} stands there twice."


def placeholder_faults(text: Text, wordings: list[str]) -> Iterator[str]:
    """A translation fills in the same names; a singular may leave out its number."""
    wanted = placeholders(text.plural or text.singular)
    for wording in wordings:
        if placeholders(wording) != wanted:
            yield f"{text} and its translation differ in what is filled in: {wording!r}."


def placeholders(wording: str) -> set[str]:
    return {match.group() for match in _PLACEHOLDER.finditer(wording)}


def main(arguments: list[str]) -> int:
    if arguments == ["update"]:
        lines, code = [f"Updated {path}" for path in update()], 0
    elif arguments == ["compile"]:
        lines, code = [f"Compiled {path}" for path in compile_catalogues()], 0
    elif arguments == ["check"]:
        lines = check()
        code = 1 if lines else 0
    else:
        sys.stderr.write(f"Use one of: update, compile, check.\n{__doc__}")
        return 2
    sys.stdout.writelines(f"{line}\n" for line in lines or ["Nothing to do."])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
