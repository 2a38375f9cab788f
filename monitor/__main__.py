"""Start the command line, and turn what breaks our promises into one clear message and an exit code."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

USAGE, FAILED, REFUSED, STOPPED = 2, 3, 4, 130
"""Exit codes (DESIGN §6); 130 is what shells expect after Ctrl-C."""


def main() -> None:
    """Run ``monitor``; never show a trace for what the user can mend."""
    _open_closed_streams()
    _forgive_terminals()
    try:
        code = _run()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output (head, less) left: that is its right.
        _drop_output()
        code = 0
    sys.exit(code)


def _run() -> int:
    """Run the command line and return the exit code; only a closed pipe comes out as an exception."""
    import typer

    from monitor.cli import app
    from monitor.errors import ConfigurationError, MonitorError, StoreBusyError, UsageError

    try:
        # Not ``app()``: it ends the process by itself, with 1 for a closed pipe and silently for Ctrl-C.
        command = typer.main.get_command(app)
        with command.make_context("monitor", sys.argv[1:]) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, typer.Abort) as stop:
        told = str(stop) or "Stopped. What was read so far is kept; the same command goes on from there."
        _say(f"\n{told}")
        return STOPPED
    except typer.TyperException as error:
        show = getattr(error, "show", None)  # usage errors print the usage line, the rest only a text
        if show is None:
            _say(f"monitor: {error}")
        else:
            show()
        return USAGE
    except ConfigurationError as error:
        count = len(error.mistakes)
        _say(f"{error}\n{count} mistake{'s' if count != 1 else ''} to mend; nothing was started.")
        return USAGE
    except UsageError as error:
        _say(f"monitor: {error}")
        return USAGE
    except StoreBusyError as error:
        _say(f"monitor: {error}")
        return REFUSED
    except MonitorError as error:
        _say(f"monitor: {error}")
        return FAILED
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename is None:
            return _fault()
        _say(f"monitor: {error.filename}: {error.strerror}")
        return FAILED
    except Exception:  # noqa: BLE001  the last border: a trace for us, a sentence for the user
        return _fault()
    return 0


def _fault() -> int:
    """Show the trace of a fault of our own; 1 would read as "done with gaps"."""
    import traceback

    traceback.print_exc()
    _say("monitor: this is a fault of the program; please report it with the lines above.")
    return FAILED


def _open_closed_streams() -> None:
    """Put nothing where a service manager closed a standard stream.

    First of all, as the next file to be opened takes the free number: a print would go into the database.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  for good


def _forgive_terminals() -> None:
    """Let a terminal without the letters show question marks; commands that print data set UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _drop_output() -> None:
    """Point stdout at nothing: the interpreter flushes it at its end and would complain."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str) -> None:
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
