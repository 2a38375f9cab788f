"""Start the command line, and turn what breaks our promises into one clear message and an exit code."""

from __future__ import annotations

import sys

USAGE = 2


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def main() -> None:
    """Run ``monitor``; never show a trace for what the user can mend."""
    import typer

    from monitor.errors import ConfigurationError, MonitorError, StoreBusyError, StoreError, UsageError

    try:
        from monitor.cli import app

        code = app(prog_name="monitor", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except (KeyboardInterrupt, typer.Abort):
        _say("\nStopped. What was read so far is kept; the same command goes on from there.")
        sys.exit(130)
    except typer.TyperException as error:
        show = getattr(error, "show", None)  # usage errors print the usage line, the rest only a text
        if show is None:
            _say(f"monitor: {error}")
        else:
            show()
        sys.exit(USAGE)
    except BrokenPipeError:
        # The reader of our output (head, less) left: that is its right.
        sys.stderr.close()
        sys.exit(0)
    except ConfigurationError as error:
        count = len(error.mistakes)
        _say(f"{error}\n{count} mistake{'s' if count != 1 else ''} to mend; nothing was started.")
        sys.exit(2)
    except UsageError as error:
        _say(f"monitor: {error}")
        sys.exit(2)
    except StoreBusyError as error:
        _say(f"monitor: {error}")
        sys.exit(4)
    except StoreError as error:
        _say(f"monitor: {error}")
        sys.exit(3)
    except MonitorError as error:
        _say(f"monitor: {error}")
        sys.exit(3)


if __name__ == "__main__":
    main()
