"""What an operator types: a round, a meeting."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from waspada.instrument.model import Form, Instrument, Stratum
from waspada_web.collection.bowls import SMALLEST
from waspada_web.elections.models import Election
from waspada_web.instrument.models import InstrumentVersion
from waspada_web.regions.models import Region
from waspada_web.ui.formats import language

MOST_PEOPLE = 2000
PEOPLE = "people_"


def _date_field(label: Any, *, hint: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input"}),
        error_messages={
            "required": _("Choose a date."),
            "invalid": _("Write the date as year-month-day, for example 2024-09-18."),
        },
    )


def refuse_hidden_characters(text: str) -> None:
    """Control characters and marks that turn the direction of writing: what they hide or turn
    around would also hide or turn around what stands beside it."""
    hidden = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs")} - set(
        "\r\n\t"
    )
    if hidden - {"\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}", "\N{SOFT HYPHEN}"}:
        raise ValidationError(
            gettext("There are invisible characters in this text. Type it anew instead of pasting.")
        )


def _text_field(label: Any, *, hint: Any = "", missing: Any, most: int = 200) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=most,
        widget=forms.TextInput(attrs={"class": "input"}),
        validators=[refuse_hidden_characters],
        error_messages={
            "required": missing,
            "max_length": _(
                "This is too long: %(show_value)d characters. At most %(limit_value)d fit."
            ),
        },
    )


class RoundForm(forms.Form):
    """A round for the regions in which the person may run one."""

    title = _text_field(
        _("Name of the round"),
        hint=_("For example: Early vigilance coordination meeting, September 2024"),
        missing=_("Give the round a name."),
    )
    instrument = forms.TypedChoiceField(
        label=_("Questionnaire"),
        coerce=int,
        widget=forms.Select(attrs={"class": "input"}),
        error_messages={
            "required": _("Choose a questionnaire."),
            "invalid_choice": _("This questionnaire is not there. Choose one of the list."),
        },
    )
    form = forms.ChoiceField(
        label=_("Length"),
        widget=forms.RadioSelect,
        initial=Form.CORE.value,
        error_messages={"required": _("Choose the short or the full form.")},
    )
    election = forms.ModelChoiceField(
        label=_("Election"),
        queryset=Election.objects.all(),
        empty_label=None,
        widget=forms.Select(attrs={"class": "input"}),
        error_messages={"required": _("Choose an election.")},
    )
    starts_on = _date_field(_("First day of the period"))
    ends_on = _date_field(_("Last day of the period"))
    organiser = _text_field(
        _("Organiser"),
        hint=_("Participants read this before the first question."),
        missing=_("Name the office that runs the questionnaire."),
    )
    contact = _text_field(
        _("Contact for questions and objections"),
        hint=_("A number or office address, for example: Kesbangpol desk, 0526-000000"),
        missing=_("Say where a participant can turn to."),
    )
    regions = forms.ModelMultipleChoiceField(
        label=_("Regions"),
        queryset=Region.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one region."),
            "invalid_choice": _("You may not run a round in one of these regions."),
        },
    )

    def __init__(
        self,
        *args: Any,
        regions: Sequence[Region],
        versions: Sequence[tuple[InstrumentVersion, Instrument]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._versions = {version.pk: version for version, _instrument in versions}
        field = self.fields["regions"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Region.objects.filter(pk__in=[region.pk for region in regions])
        self.only_region = regions[0] if len(regions) == 1 else None
        self._set_choices("instrument", [(v.pk, _version_label(v, i)) for v, i in versions])
        self._set_choices("form", _form_labels(versions))

    def _set_choices(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_instrument(self) -> InstrumentVersion:
        return self._versions[self.cleaned_data["instrument"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", gettext("The last day lies before the first one."))
        return cleaned


def _version_label(version: InstrumentVersion, instrument: Instrument) -> str:
    return gettext("%(title)s, version %(version)s") % {
        "title": instrument.title.in_language(language()),
        "version": version.version,
    }


def _form_labels(
    versions: Sequence[tuple[InstrumentVersion, Instrument]],
) -> list[tuple[str, str]]:
    """With the number of questions where all questionnaires on offer have the same."""
    counts = {
        form: {len(instrument.in_form(form).items) for _version, instrument in versions}
        for form in Form
    }
    words = {
        Form.CORE: gettext("Short form, 4 to 6 minutes: the default in a hall"),
        Form.FULL: gettext("Full form, up to 10 minutes"),
    }
    return [
        (
            form.value,
            gettext("%(form)s (%(n)d questions)") % {"form": words[form], "n": counts[form].pop()}
            if len(counts[form]) == 1
            else words[form],
        )
        for form in Form
    ]


class MeetingForm(forms.Form):
    """A meeting and the people expected from each element, the required ones first."""

    held_on = _date_field(_("Date"))
    venue = _text_field(
        _("Venue"),
        hint=_("For example: hall of the regent's office, Paringin"),
        missing=_("Say where the meeting takes place."),
    )
    agenda = forms.CharField(
        label=_("Agenda"),
        help_text=_("Optional. No names of persons."),
        required=False,
        max_length=2000,
        validators=[refuse_hidden_characters],
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
    )

    def __init__(self, *args: Any, strata: Sequence[Stratum], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._strata = sorted(strata, key=lambda stratum: not stratum.required)
        labels = {stratum.code: stratum.label.in_language(language()) for stratum in strata}
        for stratum in self._strata:
            self.fields[PEOPLE + stratum.code] = forms.IntegerField(
                label=labels[stratum.code],
                help_text=_people_hint(stratum, labels),
                min_value=0,
                max_value=MOST_PEOPLE,
                required=False,
                widget=forms.NumberInput(
                    attrs={"class": "input number", "inputmode": "numeric", "placeholder": "0"}
                ),
                error_messages={
                    "invalid": _("Write a whole number, for example 12."),
                    "min_value": _("Write 0 or more."),
                    "max_value": _("Write 2000 or less."),
                },
            )

    def people_fields(self, *, required: bool) -> list[forms.BoundField]:
        return [
            self[PEOPLE + stratum.code] for stratum in self._strata if stratum.required is required
        ]

    @property
    def required_fields(self) -> list[forms.BoundField]:
        return self.people_fields(required=True)

    @property
    def further_fields(self) -> list[forms.BoundField]:
        return self.people_fields(required=False)

    @property
    def expected(self) -> Mapping[str, int]:
        return {
            stratum.code: self.cleaned_data.get(PEOPLE + stratum.code) or 0
            for stratum in self._strata
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if any(name.startswith(PEOPLE) for name in self.errors):
            return cleaned
        total = sum(self.expected.values())
        if total == 0:
            raise ValidationError(gettext("Expect at least one person from one element."))
        if total > MOST_PEOPLE:
            raise ValidationError(
                gettext("Together more than 2000 people. Make a second meeting for the others.")
            )
        return cleaned


def _people_hint(stratum: Stratum, labels: Mapping[str, str]) -> str:
    description = stratum.description.in_language(language())
    if not stratum.merge_into:
        return description
    return gettext(
        "%(description)s Fewer than %(smallest)d share the bowl of %(other)s."
    ).strip() % {
        "description": description,
        "smallest": SMALLEST,
        "other": labels.get(stratum.merge_into, stratum.merge_into),
    }
