"""`waspada run`: prepare everything, say where, and serve.

    python -m waspada_web.config.serve [--host 127.0.0.1] [--port 8000] [--data DIR] [--example]

stdout gets one address a line and nothing else; what a person should know goes to stderr.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import ipaddress
import os
import shutil
import socket
import sys
import threading
import time
from pathlib import Path

PORTS_TRIED = 21
"""The wanted port and the next twenty."""

BLOCKING_THREADS = 16
"""Requests answered at a time; SQLite lets one write, so more would only wait."""

LOCALHOST = "localhost"


class StartError(Exception):
    """The server cannot start; the message says what, where, why and the way out."""


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return _start(options)
    except StartError as error:
        _tell(str(error))
        return 1
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="waspada run", description="Serve the pages of Waspada. Ctrl-C ends it."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at")
    parser.add_argument("--port", type=_port, default=8000, help="the next free one is taken")
    parser.add_argument("--data", type=Path, help="folder of database and keys")
    parser.add_argument(
        "--example",
        action="store_true",
        help="load the example into an empty database, also when listening to a network",
    )
    return parser


def _port(text: str) -> int:
    port = int(text) if text.isdigit() else 0
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port; write a number from 1 to 65535")
    return port


def _start(options: argparse.Namespace) -> int:
    _prepare_environment(options)
    port = _free_port(options.host, options.port)
    _prepare_files()
    _prepare_database(wants_example=options.example or _is_loopback(options.host))
    address = f"http://{_shown_host(options.host)}:{port}"
    lines = [address, *_first_link(address)]
    threading.Thread(
        target=_announce, args=(options.host, port, lines), daemon=True, name="announce"
    ).start()
    _serve(options.host, port)
    return 0


# --- Environment and folders ---------------------------------------------------------------------


def _prepare_environment(options: argparse.Namespace) -> None:
    """Choose the data folder and the host names before Django reads its settings."""
    os.umask(0o077)  # the database is for this account alone, also in a folder made by hand
    if options.data:
        os.environ["WASPADA_DATA_DIR"] = str(options.data.expanduser().resolve())
    if not _is_loopback(options.host) and not os.environ.get("WASPADA_ALLOWED_HOSTS"):
        if options.host in ("0.0.0.0", "::"):
            raise StartError(
                f"--host {options.host} listens at every address of this computer. Say under "
                "which names it is reached: set WASPADA_ALLOWED_HOSTS, for example to "
                "waspada.example.go.id,192.168.1.10, or give one address as --host."
            )
        os.environ["WASPADA_ALLOWED_HOSTS"] = f"localhost,127.0.0.1,[::1],{options.host}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waspada_web.config.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        from django.conf import settings

        folder: Path = settings.DATA_DIR
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _try_writing(folder)
        django.setup()
    except ImproperlyConfigured as error:
        raise StartError(str(error)) from error
    except OSError as error:
        raise StartError(
            f"The data folder cannot be used: {error}. Give a folder you may write to with --data."
        ) from error


def _try_writing(folder: Path) -> None:
    probe = folder / ".writable"
    probe.write_bytes(b"")
    probe.unlink()


def _prepare_files() -> None:
    """Compiled catalogues and collected static files; both are made again only when changed."""
    from django.conf import settings
    from django.core.management import call_command

    from waspada_web.ui.catalogue import compile_catalogues

    compile_catalogues()
    stamp, target = _static_stamp(), settings.STATIC_ROOT / ".stamp"
    if not settings.DEBUG and not (target.is_file() and target.read_text() == stamp):
        shutil.rmtree(settings.STATIC_ROOT, ignore_errors=True)
        call_command("collectstatic", verbosity=0, interactive=False)
        target.write_text(stamp)


def _static_stamp() -> str:
    """Names, sizes and times of all static files in one hash."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\0".encode())
    return digest.hexdigest()


# --- Database ------------------------------------------------------------------------------------


def _prepare_database(*, wants_example: bool) -> None:
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError, connection

    from waspada_web.collection.queries import check_pepper
    from waspada_web.collection.wash import WashError, finish_wash
    from waspada_web.config.durability import check_durability
    from waspada_web.start.operations import load_example
    from waspada_web.start.queries import is_untouched

    try:
        _migrate()
        check_durability()
        check_pepper()
        if wants_example and (is_untouched() or _is_half_loaded()):
            _tell("Preparing the example: 13 regions, made-up answers. This takes a moment.")
            load_example()
        finish_wash()
    except (ImproperlyConfigured, WashError) as error:
        raise StartError(str(error)) from error
    except DatabaseError as error:
        name = connection.settings_dict["NAME"]
        raise StartError(
            f"The database {name} cannot be used: {error}. If another Waspada runs with this "
            "folder, stop it; otherwise restore your backup or choose another folder with --data."
        ) from error
    finally:
        connection.close()


def _is_half_loaded() -> bool:
    """A first start that was stopped between storing the example and measuring it."""
    from waspada_web.collection.models import Round

    return Round.objects.filter(is_synthetic=True, runs__isnull=True).exists()


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    loader = executor.loader
    ours = {app for app, _name in loader.disk_migrations}
    unknown = sorted(
        f"{app} {name}"
        for app, name in loader.applied_migrations
        if app in ours and (app, name) not in loader.disk_migrations
    )
    if unknown:
        raise StartError(
            f"The database was made by a newer Waspada ({unknown[0]}). Install that version, or "
            "choose another folder with --data."
        )
    if executor.migration_plan(loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def _first_link(address: str) -> list[str]:
    from django.db import connection
    from django.utils.translation import override

    from waspada_web.accounts.models import User
    from waspada_web.accounts.operations import one_time_path
    from waspada_web.start.queries import first_without_password

    try:
        if not User.objects.exists():
            _tell('Nobody can log in yet. Run "waspada setup" to make the first person.')
            return []
        user = first_without_password()
        with override("id"):
            return [f"{address}{one_time_path(user)}"] if user else []
    finally:
        connection.close()


# --- Network -------------------------------------------------------------------------------------


def _is_loopback(host: str) -> bool:
    if host == LOCALHOST:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _free_port(host: str, wanted: int) -> int:
    last = min(wanted + PORTS_TRIED - 1, 65535)
    for port in range(wanted, last + 1):
        if _is_free(host, port):
            if port != wanted:
                _tell(f"Port {wanted} is taken by another program; using {port}.")
            return port
    raise StartError(
        f"The ports {wanted} to {last} are all taken. Stop a program that uses one, or choose "
        "another with --port."
    )


def _is_free(host: str, port: int) -> bool:
    try:
        family, kind, protocol, _name, target = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
    except socket.gaierror as error:
        raise StartError(f"--host {host} is no address of this computer: {error}.") from error
    except PermissionError as error:
        raise StartError(
            f"Port {port} needs rights this account does not have. Choose one from 1024."
        ) from error
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise StartError(
                f"--host {host} is no address of this computer. Leave it out to try Waspada here."
            ) from error
        return False
    return True


def _announce(host: str, port: int, lines: list[str]) -> None:
    """Print the addresses once somebody answers there."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    for _ in range(600):
        try:
            with socket.create_connection((target, port), timeout=1):
                break
        except OSError:
            time.sleep(0.05)
    for line in lines:
        print(line, flush=True)  # noqa: T201 - the launcher's person reads it


def _serve(host: str, port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "waspada_web.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        log_access=False,  # who opened which page when is nobody's business
        log_level=LogLevels.error,
    ).serve()


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
