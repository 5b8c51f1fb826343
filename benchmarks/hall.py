"""How a hall's answers get through: python benchmarks/hall.py [--phones 300] [--think 3]

Starts a server of its own on a fresh database in a temporary folder, then

    flow    all phones start together and go the full way (code, notice, every section, look back,
            send), thinking 0 to 2 x `think` seconds before each next page
    flood   as many submissions as asked for, over 32 connections, nothing but sending

and prints what was acknowledged and how long it took. Client and server share this machine, so
the figures are a lower bound.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import urlencode, urlparse

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

CONNECTIONS = 32
CHOICE = re.compile(r'type="radio" name="(a\.\w+)" value="(\w+)"')
NEXT = re.compile(r'class="button wide" type="submit" name="to" value="(\w+)"')
HIDDEN = re.compile(r'type="hidden" name="([\w.]+)" value="([^"]*)"')


def prepare(data: Path, n_cards: int) -> list[str]:
    """An open hall with that many cards; their secrets."""
    os.environ["WASPADA_DATA_DIR"] = str(data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "waspada_web.config.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from waspada.instrument.model import Form
    from waspada_web.accounts.models import RoleKind
    from waspada_web.collection.operations import (
        open_region,
        open_round,
        print_cards,
        save_meeting,
    )
    from waspada_web.elections.models import Election
    from waspada_web.instrument.models import InstrumentVersion
    from waspada_web.regions.models import Region
    from waspada_web.start.operations import load_tables, make_first_person

    call_command("migrate", verbosity=0)
    load_tables()
    region = Region.objects.get(code="63.11")
    person = make_first_person(
        email="bench@example.invalid", title="Bench", region=region, kinds=[RoleKind.OPERATOR]
    )
    round = open_round(
        by=person,
        title="Bench",
        instrument_version=InstrumentVersion.objects.get(code="kerawanan_pilkada"),
        election=Election.objects.get(),
        form=Form.CORE,
        starts_on=date(2024, 9, 1),
        ends_on=date(2024, 9, 30),
        organiser="Bench",
        contact="Bench",
        regions=[region],
    )
    member = round.regions.get()
    meeting = save_meeting(
        by=person,
        round_region=member,
        held_on=date(2024, 9, 18),
        venue="Bench",
        agenda="",
        expected={"youth": n_cards},
    )
    codes = [card.codes.secret for card in print_cards(by=person, meeting=meeting)]
    open_region(by=person, round_region=member)
    connections.close_all()
    return codes


class Phone:
    """One connection that posts forms and remembers how long `send` took."""

    def __init__(self, host: str, port: int, think: float = 0.0) -> None:
        self.think = think
        self.connection = http.client.HTTPConnection(host, port, timeout=60)

    def post(self, fields: dict[str, str]) -> tuple[int, str]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", "/isi/", urlencode(fields), headers)
        response = self.connection.getresponse()
        return response.status, response.read().decode()

    def walk(self, code: str) -> tuple[int, float]:
        """The full way; status and seconds of sending."""
        status, page = self.post({"code": code})
        while True:
            fields = dict(HIDDEN.findall(page))
            fields |= dict(CHOICE.findall(page))
            target = NEXT.search(page)
            if status != 200 or target is None:
                return status, float("inf")
            time.sleep(random.uniform(0, 2 * self.think))
            began = time.perf_counter()
            status, page = self.post({**fields, "to": target[1]})
            if target[1] == "send":
                return status, time.perf_counter() - began

    def send(self, code: str) -> tuple[int, float]:
        fields = {"code": code, "submission": secrets.token_hex(16), "to": "send"}
        fields |= {"a.clashes_between_residents": "never", "a.vignette_low": "slightly"}
        began = time.perf_counter()
        status, _page = self.post(fields)
        return status, time.perf_counter() - began


def all_together(tasks: Sequence[Callable[[], list[tuple[int, float]]]]) -> tuple[list, float]:
    results: list[tuple[int, float]] = []
    lock = threading.Lock()

    def run(task: Callable[[], list[tuple[int, float]]]) -> None:
        found = task()
        with lock:
            results.extend(found)

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results, time.perf_counter() - began


def report(name: str, results: list[tuple[int, float]], seconds: float) -> None:
    good = sorted(took for status, took in results if status == 200)
    p95 = good[int(0.95 * (len(good) - 1))] if good else float("nan")
    print(
        f"{name}: {len(good)} of {len(results)} acknowledged in {seconds:.1f} s "
        f"({len(good) / seconds:.0f}/s); send median {statistics.median(good) * 1000:.0f} ms, "
        f"p95 {p95 * 1000:.0f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--phones", type=int, default=300)
    parser.add_argument("--think", type=float, default=3.0)
    parser.add_argument("--flood", type=int, default=1500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        codes = prepare(Path(folder), options.phones + options.flood)
        server = subprocess.Popen(
            [sys.executable, "-P", "-m", "waspada_web.config.serve", "--port", "8600"],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stdout is not None
            address = urlparse(server.stdout.readline().strip())
            host, port = address.hostname or "127.0.0.1", address.port or 8600
            Phone(host, port).post({"code": codes[0]})  # the first page loads the instrument
            walkers, rest = codes[: options.phones], codes[options.phones :][: options.flood]
            results, seconds = all_together(
                [
                    lambda code=code: [Phone(host, port, options.think).walk(code)]
                    for code in walkers
                ]
            )
            report("flow", results, seconds)

            def flood(share: list[str]) -> list[tuple[int, float]]:
                phone = Phone(host, port)
                return [phone.send(code) for code in share]

            results, seconds = all_together(
                [lambda part=rest[i::CONNECTIONS]: flood(part) for i in range(CONNECTIONS)]
            )
            report("flood", results, seconds)
        finally:
            server.terminate()
            server.wait(timeout=30)


if __name__ == "__main__":
    main()
