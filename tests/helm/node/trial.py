"""The chart's trial on a real node: `make helm-node`, or `python -m tests.helm.node.trial [--keep] [--save]`. Needs root.

Brings a node up, installs the small profile, lets cameras run, upgrades under a steady stream of searches, kills a pod of each
kind, squeezes memory, does what docs/deploy.md tells to do by hand, puts ten cameras on, turns TLS on between all parts, and
prints what it measured as JSON; `--save` puts it into benchmarks/results. Ends with 1 where anything that must hold did not.
Images are built before (`tests/helm/node/archives`).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import psutil

from benchmarks.measuring import figures
from haetae.embedded.demo import city
from haetae.embedded.demo.api import Api
from haetae.errors import HaetaeError
from tests.helm.cluster.kubernetes import Cluster
from tests.helm.cluster.release import Release
from tests.helm.node import pods, squeeze, stored
from tests.helm.node.cameras import reached
from tests.helm.node.course import CAMERAS, RATE_HZ, Course
from tests.helm.node.drills import Drills
from tests.helm.node.encryption import encrypted
from tests.helm.node.installation import NEXT_TAG, address_of, administrator_key, load_images, prepare
from tests.helm.node.layout import Layout
from tests.helm.node.load import ten_cameras
from tests.helm.node.policies import enforced
from tests.helm.node.searching import asking
from tests.helm.node.up import down, up

KILLED = ("search", "reid", "detect", "ingest", "alert", "delivery", "triton", "redis", "postgresql")
_SEARCH_EVERY_S = 1.5  # of one caller, who may ask 60 times a minute
_ALERTS_EVERY_S = 0.5
_UPGRADE_WITHIN = "900s"
_IDLE_S = 60.0


class Trial:
    """The steps, in their order, with what each found in `found`, and what did not hold in `problems`."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}
        self.problems: list[str] = []
        self.times: dict[str, tuple[float, float]] = {}  # from, to, in Unix seconds
        self._began_s = time.monotonic()

    def need(self, name: str, act: Callable[[], dict[str, Any]]) -> None:
        """Does it, notes its figures and how long it took, and says so. Raises AssertionError where it does not get so far."""
        began_s, began_at = time.monotonic(), time.time()
        try:
            figures_of_it = act()
        finally:
            self.times[name] = (began_at, time.time())
        self.found[name] = {**figures_of_it, "took_s": round(time.monotonic() - began_s, 1)}
        sys.stderr.write(f"[{time.monotonic() - self._began_s:6.0f} s] {name}: {json.dumps(self.found[name])}\n")

    def step(self, name: str, act: Callable[[], dict[str, Any]], **must_be: object) -> None:
        """The same for a step that others can do without: what goes wrong is noted. `must_be`: figures that have to be so."""
        try:
            self.need(name, act)
        except AssertionError as why:
            self.problems.append(f"{name}: {why}")
            sys.stderr.write(f"{self.problems[-1]}\n")
            return
        self.problems += [
            f"{name}: {word} is {self.found[name].get(word)}, not {wanted}"
            for word, wanted in must_be.items()
            if self.found[name].get(word) != wanted
        ]


def run(layout: Layout, trial: Trial) -> None:
    """The whole trial. Raises AssertionError with the first thing that did not hold."""
    if not (layout.folder / "city" / "city.json").is_file():
        city.drawn(layout.folder / "city", lambda done, of: None)
    clusters: list[Cluster] = []
    trial.need("node_up", lambda: _noted(clusters, up(layout, lambda what: None)))
    (cluster,) = clusters
    trial.need("images_in", lambda: {"mib": load_images(layout)})
    release = prepare(cluster)
    trial.need("install", lambda: _install(release))
    trial.step("helm_test", lambda: _test(release))
    api = Api(f"http://{address_of(cluster, 'haetae-search', 8081)}", administrator_key(cluster))
    course = Course(cluster, layout.folder / "city", api)
    with ExitStack() as policies:
        policies.enter_context(enforced(cluster, int((layout.run / "inside").read_text())))
        trial.step("helm_test_behind_policies", lambda: _test(release))
        if "helm_test_behind_policies" not in trial.found:
            policies.close()  # what is shut off tells nothing about the rest
        trial.step("idle", lambda: _idle(cluster))
        _cameras_on(cluster, release, trial, course)


def _cameras_on(cluster: Cluster, release: Release, trial: Trial, course: Course) -> None:
    """All that happens while cameras run, behind the chart's network policies."""
    trial.need("cameras", course.cameras_live)
    trial.need("search", course.found)
    trial.step("undisturbed", course.undisturbed)
    trial.step("stranger", lambda: _stranger(cluster), reaches=[])
    trial.step("upgrade_under_searches", lambda: _upgrade(cluster, release, course), failed=0, alert_failed=0)
    trial.step("search_after_upgrade", course.found)
    for component in KILLED:
        trial.step(f"kill_{component}", lambda component=component: course.kill(component))  # type: ignore[misc]
    if squeeze.possible():
        trial.step("memory_squeezed", lambda: _squeezed(cluster, course))
    trial.step("frames", course.settled, under_way=0)
    trial.step("sightings", lambda: stored.sightings(course), doubled=0, open=0)
    trial.step("messages", lambda: stored.messages(cluster), left={})
    disturbing = {name: at for name, at in trial.times.items() if name.startswith(("upgrade", "kill", "memory"))}
    trial.step("people", lambda: course.people(disturbing), whole_missing=0)
    _drills(trial, Drills(course, release))
    trial.step("ten_cameras", lambda: ten_cameras(course))
    trial.step("encrypted", lambda: encrypted(course, release), in_the_clear=0)


def _drills(trial: Trial, drills: Drills) -> None:
    """What an operator does by hand, with the cameras off."""
    trial.step("command_line", drills.by_command_line)
    trial.step("new_fernet_key", drills.new_fernet_key, ends=[1, 0, 0], unreadable=[])
    trial.step("dumps", drills.dumps)
    if "dumps" in trial.found:  # nothing is thrown away that was not kept
        trial.step("disaster", drills.disaster, missing=0)


def _idle(cluster: Cluster) -> dict[str, Any]:
    """What the pods use before there is a camera."""
    uses = pods.used(cluster, _IDLE_S)
    return {"by_component": uses, "sum": pods.summed(uses)}


def _noted(clusters: list[Cluster], cluster: Cluster) -> dict[str, Any]:
    clusters.append(cluster)
    return {}


def _test(release: Release) -> dict[str, Any]:
    release.test()
    return {}


def _install(release: Release) -> dict[str, Any]:
    outcome = release.try_install(within=_UPGRADE_WITHIN)
    assert outcome.code == 0, outcome.said
    return {}


def _stranger(cluster: Cluster) -> dict[str, Any]:
    """What a pod of another namespace gets through to, of what it has no business with."""
    parts = {"postgresql": 5432, "redis": 6379, "search": 8081, "triton": 8001, "detect": 8084}
    places = {address_of(cluster, f"haetae-{part}", port): part for part, port in parts.items()}
    return {"knocked_at": sorted(parts), "reaches": [places[one] for one in reached(cluster, *places)]}


def _squeezed(cluster: Cluster, course: Course) -> dict[str, Any]:
    before = pods.restarts(cluster)
    with squeeze.bounded() as bound_mib:
        ended = squeeze.greedy_pod_ends(cluster)
        found = course.found()
    after = pods.restarts(cluster)
    return {"bound_mib": bound_mib, "greedy_pod": ended, "restarted": sorted(set(after.items()) - set(before.items())), **found}


def _upgrade(cluster: Cluster, release: Release, course: Course) -> dict[str, Any]:
    """A new tag of the services' image: a migration, then every pod that is made of it is replaced."""
    assert course.cast is not None
    address, token = f"http://{address_of(cluster, 'haetae-search', 8081)}", administrator_key(cluster)
    alert, wanted, since = f"http://{address_of(cluster, 'haetae-alert', 8082)}", course.cast.wanted, course.since
    course.api = Api(address, token)
    new = {"image": {"overrides": {"service": {"tag": NEXT_TAG}}}}
    with (
        asking(address, token, lambda api: bool(api.query(wanted, since)["people"]), every_s=_SEARCH_EVERY_S) as searches,
        asking(alert, token, lambda api: bool(api.alerts()), every_s=_ALERTS_EVERY_S) as alerts,
    ):
        time.sleep(10)
        began_s = time.monotonic()
        outcome = release.upgrade(new, within=_UPGRADE_WITHIN)
        took_s = time.monotonic() - began_s
        time.sleep(30)  # the old pods end only now
    assert outcome.code == 0, outcome.said
    load = round(psutil.getloadavg()[0], 1)
    told = alerts.summary()
    return {"helm_s": round(took_s, 1), "load_after": load, **searches.summary(), "alert_failed": told["failed"], "alert": told}


def _conditions() -> dict[str, Any]:
    return {
        "cameras": CAMERAS,
        "looks_hz": RATE_HZ,
        "cores": psutil.cpu_count(),
        "load_before": round(psutil.getloadavg()[0], 1),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "search_every_s": _SEARCH_EVERY_S,
    }


def main() -> int:
    """0 when everything held."""
    parser = ArgumentParser(prog="python -m tests.helm.node.trial", description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", action="store_true", help="leave the node up")
    parser.add_argument("--save", action="store_true", help="put the figures into benchmarks/results")
    chosen = parser.parse_args()
    layout, trial = Layout.default(), Trial()
    trial.found["conditions"] = _conditions()
    try:
        run(layout, trial)
    except (AssertionError, HaetaeError, subprocess.SubprocessError) as why:
        trial.problems.append(str(why))
    finally:
        if not chosen.keep:
            down(layout)
            shutil.rmtree(layout.data, ignore_errors=True)
    trial.found["problems"] = trial.problems
    if chosen.save:
        figures.write("helm_node", trial.found)
    sys.stdout.write(json.dumps(trial.found, indent=1) + "\n")
    return 1 if trial.problems else 0


if __name__ == "__main__":
    sys.exit(main())
