"""Numbers, dates and ranges as the glossary writes them, in the language of the page.

Babel knows the decimal signs and month names; the words between come from the catalogue. A
number that reaches these functions was rounded once already, in `waspada.publication`.

Percent: "87 %", with a no-break space, in both languages; so also in "selang 95 %".
Interval: in words, "36,8 sampai 45,9", wherever it stands in a sentence, a heading or alone, since
a dash there reads as a minus. Only the narrow cell of a table, right beside its number and under a
heading that says what it is, keeps the short form "(36,8–45,9)"; with a negative end it too takes
the words.
"""

from __future__ import annotations

from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils.translation import get_language, gettext, pgettext

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
NO_BREAK = "\N{NO-BREAK SPACE}"


def language() -> str:
    return "en" if (get_language() or "id").startswith("en") else "id"


def decimal_sign() -> str:
    return "." if language() == "en" else ","


def score(value: float) -> str:
    """41.26 -> 41,3 (id), 41.3 (en); a true minus sign."""
    return str(format_decimal(value, "0.0", locale=language())).replace("-", MINUS)


def two_decimals(value: float) -> str:
    """0.05, or 0,05 in Indonesian."""
    return f"{value:.2f}".replace(".", decimal_sign())


def signed(value: float) -> str:
    """3.14 -> +3,1; -1.92 -> −1,9; 0.04 -> 0,0."""
    text = score(value)
    return (
        f"+{text}"
        if round(value, 1) > 0
        else text.replace(f"{MINUS}0.0", "0.0").replace(f"{MINUS}0,0", "0,0")
    )


def interval(lower: float, upper: float) -> str:
    """36,8 sampai 45,9."""
    return gettext("%(lower)s to %(upper)s") % {"lower": score(lower), "upper": score(upper)}


def at_95(interval: str) -> str:
    """selang 95 %: 36,8 sampai 45,9."""
    return gettext("95\N{NO-BREAK SPACE}%% interval: %(interval)s") % {"interval": interval}


def interval_cell(lower: float, upper: float) -> str:
    """(36,8–45,9) beside its number in a table; "(−1,3 sampai 16,1)" when an end is negative."""
    if lower < 0 or upper < 0:
        return f"({interval(lower, upper)})"
    return f"({score(lower)}{DASH}{score(upper)})"


def signed_interval(lower: float, upper: float) -> str:
    """+1,2 sampai +5,0."""
    return gettext("%(lower)s to %(upper)s") % {"lower": signed(lower), "upper": signed(upper)}


def percent(share: float) -> str:
    """0.864 -> 86 %; never 0 % or 100 % of something that was only estimated."""
    if 0 <= share < 0.01:
        return f"<{NO_BREAK}1{NO_BREAK}%"
    if 0.99 < share <= 1:
        return f">{NO_BREAK}99{NO_BREAK}%"
    return plain_percent(share)


def plain_percent(share: float) -> str:
    """A counted share: 0.09 -> 9 %; zero is zero."""
    return f"{round(share * 100)}{NO_BREAK}%"


def whole(value: int) -> str:
    return str(format_decimal(value, "#,##0", locale=language()))


def day(value: date) -> str:
    """27 November 2024."""
    return str(format_date(value, "d MMMM y", locale=language()))


def short_day(value: date) -> str:
    """27 November."""
    return str(format_date(value, "d MMMM", locale=language()))


def weekday(value: date) -> str:
    """Rabu, 27 November 2024."""
    return str(format_date(value, "EEEE, d MMMM y", locale=language()))


def date_range(start: date | None, end: date | None) -> str:
    """24–26 November; 25 September–23 November; until 16 December."""
    if start and end:
        if start == end:
            return short_day(start)
        if (start.year, start.month) == (end.year, end.month):
            return f"{start.day}{DASH}{short_day(end)}"
        return f"{short_day(start)}{DASH}{short_day(end)}"
    if end:
        return gettext("until %(day)s") % {"day": short_day(end)}
    if start:
        return gettext("from %(day)s") % {"day": short_day(start)}
    return pgettext("a stage", "no date yet")
