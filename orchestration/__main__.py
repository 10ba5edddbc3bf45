"""The command line behind the Make targets: demo, rehearse, reproduce, evaluate, index, check-logs, ui, review, forget.

Only arguments and questions; the work is the driver's.
"""

import argparse
import logging
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from economic_index.vocabulary import Engine
from orchestration.settings import DEMO, EVALUATION, OWN, PROJECT, REHEARSAL, REPRODUCTION, enter, load_settings


def main() -> int:
    """Run one command; 0 if it went well."""
    parser = argparse.ArgumentParser(prog="python -m orchestration")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="the whole index over the demonstration corpus")
    commands.add_parser("rehearse", help="the same, asked of a model that a loopback server plays")
    commands.add_parser("reproduce", help="published figures, computed again by the same rollups")
    measured = commands.add_parser("evaluate", help="the engine against labels, with intervals")
    measured.add_argument("--set", default="test", help="test, or another label set: training_4000, training_aimed")
    measured.add_argument("--beside", default="", help="a second engine (claude, rehearsal), or int8")
    measured.add_argument("--baseline", action="store_true", help="commit to these figures: write baseline.json")
    measured.add_argument("--sheets", type=Path, help="folder for sheets on which tasks are judged blind")
    measured.add_argument("--judged", type=Path, nargs="+", help="only fold in these judgements, and a second judge's")
    for name in ("index", "check-logs"):
        command = commands.add_parser(name)
        command.add_argument("--logs", required=True, type=_named)
        command.add_argument("--yes", action="store_true")
        command.add_argument("--mapping", help="TOML file that says what the columns of a table mean")
    ui = commands.add_parser("ui")
    ui.add_argument("--port", type=int, default=3000)
    ui.add_argument("--rehearsal", action="store_true", help="of the rehearsal's home")
    review = commands.add_parser("review", help="hand drawn conversations to reviewers, and read back what they say")
    what = review.add_mutually_exclusive_group()
    what.add_argument("--export", type=Path, metavar="FOLDER", help="write sheets and a Label Studio project")
    what.add_argument("--import", type=Path, metavar="FILE", dest="filled", help="read a sheet or a JSON export back")
    review.add_argument("--settle", action="store_true", help="export what coders disagree on, for a third reading")
    review.add_argument("--draw", metavar="ID", help="of one draw alone")
    review.add_argument("--with-predictions", action="store_true", help="show reviewers the engine's labels")
    _add_privacy(commands)
    arguments = parser.parse_args()
    exports_only = arguments.command == "review" and (arguments.settle or arguments.draw or arguments.with_predictions)
    if exports_only and not arguments.export:
        review.error("--settle, --draw and --with-predictions go with --export FOLDER")
    # the first warning of some library would else set up a handler that prints all that Dagster logs
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        return _COMMANDS[arguments.command](arguments)
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.")
        return 130
    except Exception as error:
        if type(error).__module__.split(".")[0] not in {"economic_index", "orchestration", "assets"}:
            raise
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1


def _add_privacy(commands: Any) -> None:
    forget = commands.add_parser("forget", help="delete a user, a conversation or a source everywhere in a home")
    what = forget.add_mutually_exclusive_group(required=True)
    what.add_argument("--user", metavar="ID", help="pseudonym (u1…), or the id or e-mail that the log carries")
    what.add_argument("--conversation", metavar="ID", help="id here (c1…), or the id that the log carries")
    what.add_argument("--source", metavar="NAME", help="as in sources.toml")
    forget.add_argument("--system", help="of which an id in the log is; all are tried otherwise")
    forget.add_argument("--later", action="store_true", help="delete now, build the marts and the report another time")
    forget.add_argument("--undo", action="store_true", help="take the tombstone away: later deliveries are read again")
    forget.add_argument("--yes", action="store_true")
    rotate = commands.add_parser("rotate-key", help="change the pseudonym key, and read all logs again")
    rotate.add_argument("--yes", action="store_true")


def _named(logs: str) -> str:
    """An empty path would be the folder that one stands in."""
    if not logs.strip():
        raise argparse.ArgumentTypeError("say which logs: LOGS=path/to/exports")
    return logs


def _choose_home(home: Path) -> None:
    os.environ.setdefault("OEI_HOME", str(home))
    enter(load_settings())


def _demo(arguments: argparse.Namespace) -> int:
    _choose_home(DEMO)
    from orchestration.demo import write_demo_sources

    settings = load_settings()
    write_demo_sources(settings)
    return _run(is_demonstration=True)


def _rehearse(arguments: argparse.Namespace) -> int:
    os.environ["OEI_ENGINE"] = Engine.REHEARSAL
    _choose_home(REHEARSAL)
    from orchestration.demo import write_demo_sources

    settings = load_settings()
    write_demo_sources(settings)
    print("Rehearsal: a loopback server plays the model. Its labels are planted, and cost nothing.")
    return _run()


def _reproduce(arguments: argparse.Namespace) -> int:
    # never a home with logs: published cells alone, whatever home is set
    os.environ |= {"OEI_HOME": str(REPRODUCTION), "OEI_ENGINE": Engine.LOCAL}
    os.environ.pop("DAGSTER_HOME", None)
    enter(load_settings())
    from orchestration.reproduction import run
    from orchestration.resources import PROGRESS

    PROGRESS.is_on = True
    return 0 if all(row.is_right for row in run(load_settings())) else 1


def _evaluate(arguments: argparse.Namespace) -> int:
    _choose_home(EVALUATION)
    from economic_index.local.kernel import Kernel
    from orchestration.evaluation import fold_judgements, run
    from orchestration.resources import PROGRESS

    PROGRESS.is_on = True
    settings, beside = load_settings(), None
    if len(arguments.judged or ()) > 2:
        raise SystemExit("--judged takes the judgements of one judge, and of a second one: two files at most.")
    if arguments.judged:
        fold_judgements(settings, *arguments.judged)
        return 0
    if arguments.beside:
        named = {} if arguments.beside == Kernel.INT8 else {"OEI_ENGINE": arguments.beside}
        beside = load_settings({**os.environ, **named})
    run(settings, arguments.set, beside=beside, writes_baseline=arguments.baseline, sheets=arguments.sheets)
    return 0


def _run(*, is_demonstration: bool = False) -> int:
    from orchestration.driver import Driver
    from orchestration.resources import PROGRESS

    PROGRESS.is_on = True
    Driver(load_settings(), PROGRESS, is_demonstration).run()
    return 0


def _index(arguments: argparse.Namespace) -> int:
    from orchestration.own_logs import adopt, describe, is_declared

    # nothing is made before the answer: an empty home of one's own would hide the demonstration
    os.environ.setdefault("OEI_HOME", str(OWN))
    settings = load_settings()
    if is_declared(settings, arguments.logs):
        print(f"These logs are in {settings.sources_path} already.")
    elif not adopt(settings, describe(settings, arguments.logs, arguments.mapping), yes=arguments.yes):
        return 1
    enter(settings)
    return _run()


def _check_logs(arguments: argparse.Namespace) -> int:
    from orchestration.own_logs import describe

    describe(load_settings(), arguments.logs, arguments.mapping)
    return 0


def _ui(arguments: argparse.Namespace) -> int:
    if arguments.rehearsal:
        os.environ["OEI_ENGINE"] = Engine.REHEARSAL
        os.environ.setdefault("OEI_HOME", str(REHEARSAL))
    settings = load_settings()
    enter(settings)
    from orchestration.driver import prepare_dagster

    if _is_taken(arguments.port):
        print(f"Port {arguments.port} is in use; choose another: make ui PORT={arguments.port + 1}", file=sys.stderr)
        return 1
    prepare_dagster(settings)
    name = {OWN: "your own logs", DEMO: "the demonstration", REHEARSAL: "the rehearsal"}.get(
        settings.home, str(settings.home)
    )
    print(f"Dagster for {name}: http://127.0.0.1:{arguments.port}  (Ctrl+C ends it)", flush=True)
    dagster = Path(sys.executable).parent / "dagster"
    command = [str(dagster), "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(arguments.port)]
    # a shell's background job ignores SIGINT, and so would Dagster, which then never ends
    signal.signal(signal.SIGINT, signal.default_int_handler)
    server = subprocess.Popen(command, cwd=PROJECT, start_new_session=True)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()
        server.wait(timeout=30)
        return 0


def _review(arguments: argparse.Namespace) -> int:
    settings = load_settings()
    enter(settings)
    from orchestration.driver import prepare_dagster
    from orchestration.review import Review

    review = Review(settings)
    if arguments.export:
        return review.export(
            arguments.export,
            settle=arguments.settle,
            draw_id=arguments.draw,
            with_predictions=arguments.with_predictions,
        )
    if arguments.filled:
        prepare_dagster(settings)
        return review.take(arguments.filled)
    return review.tell()


def _forget(arguments: argparse.Namespace) -> int:
    settings = load_settings()
    enter(settings)
    from orchestration.forgetting import Named, forget, undo

    named = Named(arguments.user, arguments.conversation, arguments.source, arguments.system)
    if arguments.undo:
        return undo(settings, named)
    return forget(settings, named, yes=arguments.yes, later=arguments.later)


def _rotate_key(arguments: argparse.Namespace) -> int:
    settings = load_settings()
    enter(settings)
    from orchestration.forgetting import rotate_key

    return rotate_key(settings, yes=arguments.yes)


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


_COMMANDS = {
    "demo": _demo,
    "rehearse": _rehearse,
    "reproduce": _reproduce,
    "evaluate": _evaluate,
    "index": _index,
    "check-logs": _check_logs,
    "ui": _ui,
    "review": _review,
    "forget": _forget,
    "rotate-key": _rotate_key,
}

if __name__ == "__main__":
    sys.exit(main())
