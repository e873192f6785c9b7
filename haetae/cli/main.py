"""The verbs of `haetae`. Only the verb that is asked for is imported, so that `--help` and small verbs answer at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from haetae.cli.output import say
from haetae.errors import HaetaeError, Misconfigured

VERBS = {
    "demo": "The whole stack with a simulated city or clips as live cameras, and the first search.",
    "up": "Start the whole stack on this machine and keep it running.",
    "down": "Stop the stack.",
    "status": "What runs, on which port, since when.",
    "camera": "Add, list, remove and test cameras.",
    "key": "Add, list and remove API keys.",
    "import": "Bring recorded files in.",
    "search": "Find a person by photo and attributes.",
    "understand": "What a Korean or English sentence asks: attributes, time, places.",
    "models": "Fetch, verify, lay out, pack and list the networks.",
    "city": "A simulated city with known truth, as files or as live cameras.",
    "analyze": "Follow the people in one video, without services.",
    "describe": "The people in photos: boxes, quality, attributes, colours.",
    "train": "Train a network by a recipe, go on with a run, compare runs.",
    "tune": "Good parameters, searched for or studied.",
    "distill": "A strong network teaches a small one on your own cameras or clips.",
    "export": "A trained network as ONNX, int8, Triton repository, or for edge agents.",
    "evaluate": "How good a network is, by the public definitions.",
    "database": "The schema, the first administrator's key, secrets under a new key.",
    "images": "The container images of the chart, to be mirrored.",
    "self-test": "A photo through the whole path, and what was found.",
}
_NOT_AS_CONFIGURED = 2
_FAILED = 1
_INTERRUPTED = 130


def run() -> None:
    """The console script. Expected errors become one line on stderr; 2 means wrong use or configuration, 1 the rest."""
    try:
        application(sys.argv[1:])()
    except Misconfigured as error:
        say(str(error), style="bold red")
        sys.exit(_NOT_AS_CONFIGURED)
    except HaetaeError as error:
        say(str(error), style="bold red")
        sys.exit(_FAILED)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def application(words: Sequence[str]) -> typer.Typer:
    """The command with the verb among `words` loaded; the other verbs are there by name and help only."""
    verb = next((word for word in words if not word.startswith("-")), None)
    everything = "_HAETAE_COMPLETE" in os.environ  # a shell asks for completions
    app = typer.Typer(name="haetae", no_args_is_help=True, pretty_exceptions_enable=False)
    app.callback()(_root)
    for name, summary in VERBS.items():
        if name == verb or everything:
            import_module(f"haetae.cli.{_module(name)}").register(app)
        else:
            app.command(name, help=summary)(_not_loaded)
    return app


def _module(verb: str) -> str:
    """The file of a verb; `import` is a keyword of the language."""
    return "import_" if verb == "import" else verb.replace("-", "_")


def _root() -> None:
    """Finds people across a city's cameras: live and recorded video in, a search over everybody seen out."""


def _not_loaded() -> None:
    """Stands for a verb that was not asked for; it is only ever shown in a list."""


if __name__ == "__main__":
    run()
