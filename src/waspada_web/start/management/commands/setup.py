"""`waspada setup`: prepare a real server and print the first person's one-time link."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils.translation import override

from waspada_web.accounts.models import RoleKind, User
from waspada_web.accounts.operations import one_time_path
from waspada_web.regions.models import Region
from waspada_web.start.operations import load_tables, make_first_person


class Command(BaseCommand):
    help = (
        "Prepares the database with regions, election and questionnaires, makes a person and "
        "prints a link that lets this person in once. Loads no example. Asks for what is not given."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", help="office e-mail address; the log-in name")
        parser.add_argument("--title", help='the office held, e.g. "Operator Kesbangpol Balangan"')
        parser.add_argument("--region", help="code of the region, for example 63.11")
        parser.add_argument(
            "--role",
            action="append",
            choices=RoleKind.values,
            help="may be given several times; operator and head where not given",
        )
        parser.add_argument(
            "--address",
            default=settings.PUBLIC_ADDRESS or "http://127.0.0.1:8000",
            help="address of the server, put before the link",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        load_tables()
        email = self._email(options["email"])
        region = self._region(options["region"])
        title = options["title"] or self._ask("Office held, shown on pages: ")
        kinds = [RoleKind(role) for role in options["role"] or (RoleKind.OPERATOR, RoleKind.HEAD)]
        user = make_first_person(email=email, title=title, region=region, kinds=kinds)
        with override("id"):
            path = one_time_path(user)
        self.stderr.write(f"{user.title} may now log in once, within three days, at:")
        self.stdout.write(f"{options['address'].rstrip('/')}{path}")

    def _email(self, given: str | None) -> str:
        email = (given or self._ask("Office e-mail address: ")).strip().lower()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f'"{email}" is no e-mail address. Write name@office.') from None
        if User.objects.filter(email=email).exists():
            raise CommandError(f"{email} is there already. Choose another address.")
        return email

    def _region(self, given: str | None) -> Region:
        code = (given or self._ask("Code of the region, for example 63.11: ")).strip()
        region = Region.objects.filter(code=code).first()
        if region is None:
            known = ", ".join(
                Region.objects.exclude(kind="district").values_list("code", flat=True)
            )
            raise CommandError(f'No region has the code "{code}". Known are: {known}.')
        return region

    def _ask(self, question: str) -> str:
        try:
            answer = input(question).strip()
        except EOFError:
            answer = ""
        if not answer:
            raise CommandError(
                "This is needed. Give --email, --title and --region, or answer the questions."
            )
        return answer
