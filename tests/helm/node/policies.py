"""NetworkPolicies played on one node: what a network plug-in would do, as rules of nftables that are made anew once a second.

Selectors of pods and namespaces, address blocks, ports by number, name and range, both directions. A new pod is open for about a
second. What comes from this machine is let through, as everywhere what comes from the node itself is.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.helm.cluster.kubernetes import Cluster, Object
from tests.helm.node.layout import MACHINE_ADDRESS

_EVERY_S = 1.0
_ENDED = ("Succeeded", "Failed")


@dataclass(frozen=True, slots=True)
class Pod:
    """What rules need to know of a pod."""

    namespace: str
    address: str
    labels: Mapping[str, str]
    ports: tuple[tuple[str, str, int], ...]  # name, protocol, number


def chosen(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether a label selector chooses these labels."""
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for one in selector.get("matchExpressions", []):
        has, within = one["key"] in labels, labels.get(one["key"]) in one.get("values", [])
        if not {"In": within, "NotIn": not within, "Exists": has, "DoesNotExist": not has}[one["operator"]]:
            return False
    return True


class Rules:
    """The rules for the pods, policies and namespaces of one moment."""

    def __init__(self, objects: Iterable[Object]) -> None:
        found = list(objects)
        self._spaces = {one["metadata"]["name"]: one["metadata"].get("labels", {}) for one in found if one["kind"] == "Namespace"}
        self._policies = [one for one in found if one["kind"] == "NetworkPolicy"]
        self._pods = [_pod(one) for one in found if one["kind"] == "Pod" and _counts(one)]

    def text(self) -> str:
        """For `nft -f`: one table, which replaces the one before."""
        chains: dict[tuple[str, str], set[str]] = {}
        for policy in self._policies:
            spec, namespace = policy["spec"], policy["metadata"]["namespace"]
            kinds = spec.get("policyTypes") or ["Ingress", *(["Egress"] if "egress" in spec else [])]
            for pod in self._pods:
                if pod.namespace == namespace and chosen(spec.get("podSelector", {}), pod.labels):
                    for kind in kinds:
                        chains.setdefault((kind, pod.address), set()).update(self._allowed(kind, spec, namespace, pod))
        lines = ["table ip policies {}", "delete table ip policies", "table ip policies {"]
        for (kind, address), rules in sorted(chains.items()):
            lines += [f"chain {_name(kind, address)} {{", *sorted(rules), "drop", "}"]
        lines += [
            "chain forward {",
            "type filter hook forward priority -5; policy accept;",
            "ct state established,related accept",
        ]
        lines.append(f"ip saddr {MACHINE_ADDRESS} accept")
        for direction, side in (("Egress", "saddr"), ("Ingress", "daddr")):  # what may leave has to be let in too
            lines += [f"ip {side} {a} jump {_name(kind, a)}" for kind, a in sorted(chains) if kind == direction]
        return "\n".join([*lines, "}", "}"]) + "\n"

    def _allowed(self, kind: str, spec: Mapping[str, Any], namespace: str, pod: Pod) -> Iterator[str]:
        peers, side = ("from", "saddr") if kind == "Ingress" else ("to", "daddr")
        for rule in spec.get(kind.lower()) or []:
            for where, behind in self._places(rule.get(peers) or [], side, namespace):
                for port in rule.get("ports") or [None]:
                    yield from (f"{where}{one} return" for one in _ports(port, [pod] if kind == "Ingress" else behind))

    def _places(self, peers: list[Any], side: str, namespace: str) -> Iterator[tuple[str, list[Pod]]]:
        """(match on the other end's address, the pods behind it); an empty match where anybody may be there."""
        if not peers:
            yield "", self._pods
        for peer in peers:
            if "ipBlock" in peer:
                block, but = peer["ipBlock"]["cidr"], peer["ipBlock"].get("except", [])
                if ":" not in block:
                    yield f"ip {side} {block} " + (f"ip {side} != {{ {', '.join(but)} }} " if but else ""), self._pods
                continue
            pods = [one for one in self._pods if self._is_peer(peer, one, namespace)]
            if pods:
                yield f"ip {side} {{ {', '.join(sorted({one.address for one in pods}))} }} ", pods

    def _is_peer(self, peer: Mapping[str, Any], pod: Pod, namespace: str) -> bool:
        if "namespaceSelector" in peer:
            here = chosen(peer["namespaceSelector"], self._spaces.get(pod.namespace, {}))
        else:
            here = pod.namespace == namespace
        return here and chosen(peer.get("podSelector", {}), pod.labels)


def _ports(port: Mapping[str, Any] | None, pods: Iterable[Pod]) -> Iterator[str]:
    """Matches on the port; one that is named stands for the numbers that `pods` give the name."""
    if port is None:
        yield ""
        return
    protocol, number = port.get("protocol", "TCP").lower(), port.get("port")
    if number is None:
        yield f"meta l4proto {protocol}"
    elif isinstance(number, int):
        yield f"{protocol} dport {number}" + (f"-{port['endPort']}" if "endPort" in port else "")
    else:
        numbers = {n for pod in pods for name, of, n in pod.ports if (name, of) == (number, protocol)}
        yield from (f"{protocol} dport {n}" for n in sorted(numbers))


def _counts(pod: Object) -> bool:
    status = pod["status"]
    return bool(status.get("podIP")) and status["phase"] not in _ENDED and not pod["spec"].get("hostNetwork")


def _pod(pod: Object) -> Pod:
    ports = [port for container in pod["spec"]["containers"] for port in container.get("ports", [])]
    told = tuple((one.get("name", ""), one.get("protocol", "TCP").lower(), int(one["containerPort"])) for one in ports)
    return Pod(pod["metadata"]["namespace"], pod["status"]["podIP"], pod["metadata"].get("labels", {}), told)


def _name(kind: str, address: str) -> str:
    return f"{kind.lower()}_{address.replace('.', '_')}"


def _apply(cluster: Cluster, process: int) -> None:
    """Puts the rules of this moment into the network of that process. Raises CalledProcessError where nft refuses them."""
    said = cluster.kubectl("get", "networkpolicies,pods,namespaces", "--all-namespaces", "--output=json")
    rules = Rules(json.loads(said)["items"]).text()
    subprocess.run(
        ["nsenter", "--target", str(process), "--net", "nft", "-f", "-"],
        input=rules, text=True, check=True, timeout=20, capture_output=True,
    )  # fmt: skip


@contextmanager
def enforced(cluster: Cluster, process: int) -> Iterator[None]:
    """Policies hold for as long as the block lasts. `process`: any of the node's, as this machine numbers it."""
    stop = threading.Event()
    _apply(cluster, process)  # here, so that what nft does not understand is heard

    def again() -> None:
        while not stop.wait(_EVERY_S):
            try:
                _apply(cluster, process)
            except (AssertionError, subprocess.SubprocessError):
                continue  # the API server is away for a moment: the rules before hold on

    thread = threading.Thread(target=again, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)
        subprocess.run(["nsenter", "--target", str(process), "--net", "nft", "delete", "table", "ip", "policies"], check=False)
