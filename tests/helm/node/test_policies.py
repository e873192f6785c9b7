"""What the played NetworkPolicies let through, as rules."""

from __future__ import annotations

from typing import Any

from tests.helm.node.policies import Rules, chosen


def _pod(name: str, address: str, **labels: str) -> dict[str, Any]:
    container = {"ports": [{"name": "http", "containerPort": 8081}]}
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "city", "labels": labels},
        "spec": {"containers": [container]},
        "status": {"podIP": address, "phase": "Running"},
    }


def _policy(**spec: Any) -> dict[str, Any]:
    return {"kind": "NetworkPolicy", "metadata": {"name": "p", "namespace": "city"}, "spec": spec}


_CITY = {"kind": "Namespace", "metadata": {"name": "city", "labels": {"name": "city"}}}
_PODS = (_pod("search", "10.0.0.1", app="search"), _pod("front", "10.0.0.2", app="front"))
_SEARCH = {"matchLabels": {"app": "search"}}


def _chain(rules: str, name: str) -> list[str]:
    """The lines of one chain, without its braces; fails where it is missing."""
    _, found, rest = rules.partition(f"chain {name} {{\n")
    assert found, rules
    return [line.strip() for line in rest.partition("}\n")[0].splitlines()]


def test_a_pod_that_no_policy_chooses_is_open() -> None:
    """Nothing is said about pods without a policy."""
    rules = Rules([_CITY, *_PODS, _policy(podSelector=_SEARCH, policyTypes=["Ingress"])]).text()
    assert _chain(rules, "ingress_10_0_0_1") == ["drop"]
    assert "10_0_0_2" not in rules
    assert "egress" not in rules


def test_a_named_port_is_opened_to_the_chosen_pods_only() -> None:
    """A rule from pods to a named port lets their addresses reach the number behind the name, and drops the rest."""
    allowed = {"from": [{"podSelector": {"matchLabels": {"app": "front"}}}], "ports": [{"port": "http"}]}
    rules = Rules([_CITY, *_PODS, _policy(podSelector=_SEARCH, policyTypes=["Ingress"], ingress=[allowed])]).text()
    assert _chain(rules, "ingress_10_0_0_1") == ["ip saddr { 10.0.0.2 } tcp dport 8081 return", "drop"]
    assert "ip daddr 10.0.0.1 jump ingress_10_0_0_1" in rules


def test_blocks_of_addresses_have_holes() -> None:
    """An address block with exceptions opens the block and not the exceptions; one of IPv6 opens nothing here."""
    peers = [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}, {"ipBlock": {"cidr": "::/0"}}]
    allowed = {"to": peers, "ports": [{"port": 400, "endPort": 499, "protocol": "UDP"}]}
    rules = Rules([_CITY, *_PODS, _policy(podSelector={}, policyTypes=["Egress"], egress=[allowed])]).text()
    expected = ["ip daddr 0.0.0.0/0 ip daddr != { 10.0.0.0/8 } udp dport 400-499 return", "drop"]
    assert _chain(rules, "egress_10_0_0_1") == _chain(rules, "egress_10_0_0_2") == expected


def test_expressions_choose_as_kubernetes_does() -> None:
    """NotIn and DoesNotExist choose what lacks the label, too."""
    for operator, without, with_it in (("In", False, True), ("NotIn", True, False), ("Exists", False, True)):
        selector = {"matchExpressions": [{"key": "app", "operator": operator, "values": ["search"]}]}
        assert (chosen(selector, {}), chosen(selector, {"app": "search"})) == (without, with_it), operator
    assert chosen({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, {})
