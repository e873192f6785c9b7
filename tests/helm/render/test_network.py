"""Who may talk to whom: every flow by name, everything else denied."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.helm.render.chart import CHART, EVERYTHING, PROFILES, Manifest, render
from tests.helm.render.manifests import component, named, of_kind, pods

pytestmark = pytest.mark.peer

FLOWS: list[dict[str, Any]] = yaml.safe_load((CHART / "flows.yaml").read_text(encoding="utf-8"))


def _components(selector: dict[str, Any]) -> set[str]:
    (expression,) = selector["matchExpressions"]
    return set(expression["values"])


def test_every_policy_is_a_named_flow(manifests: list[Manifest]) -> None:
    """Each NetworkPolicy but the denial is one end of a flow of flows.yaml and says why it is there."""
    why = {flow["name"]: flow["why"] for flow in FLOWS}
    for policy in of_kind(manifests, "NetworkPolicy"):
        name = policy["metadata"]["name"].removeprefix("haetae-")
        if name != "deny-by-default":
            flow, way = name.rsplit("-", 1)
            assert policy["metadata"]["annotations"]["haetae/flow"] == why[flow]
            assert policy["spec"]["policyTypes"] == [{"in": "Ingress", "out": "Egress"}[way]]


def test_flows_inside_are_open_at_both_ends(manifests: list[Manifest]) -> None:
    """A flow between pods of the chart is allowed at its source and at its destination, with the same ports."""
    policies = {policy["metadata"]["name"]: policy["spec"] for policy in of_kind(manifests, "NetworkPolicy")}
    inside = {name.removesuffix("-in") for name in policies} & {name.removesuffix("-out") for name in policies}
    assert {"haetae-networks", "haetae-test"} <= inside | {"haetae-networks"}
    for name in inside:
        if name != "haetae-deny-by-default":
            (out,), (into,) = policies[f"{name}-out"]["egress"], policies[f"{name}-in"]["ingress"]
            assert out["ports"] == into["ports"]
            assert _components(policies[f"{name}-out"]["podSelector"]) == _components(into["from"][0]["podSelector"])
            assert _components(policies[f"{name}-in"]["podSelector"]) == _components(out["to"][0]["podSelector"])


def test_flows_name_pods_that_exist() -> None:
    """Every component of flows.yaml is one that some profile starts, and every component may ask for names."""
    started = {component(pod) for profile in PROFILES.values() for _, pod in pods(render(profile=profile, kinds=EVERYTHING))}
    said = {name for flow in FLOWS if isinstance(flow["from"], list) for name in flow["from"]}
    assert said <= started
    names = next(flow for flow in FLOWS if flow["name"] == "names")
    assert started - {"postgresql", "redis"} == set(names["from"])


def test_ports_are_those_that_are_open(small: list[Manifest]) -> None:
    """A flow to a part inside names the port on which that part's container listens."""
    listening: dict[str, set[int]] = {}
    for _, pod in pods(small):
        for container in pod["spec"]["containers"]:
            listening.setdefault(component(pod), set()).update(port["containerPort"] for port in container.get("ports", []))
    for policy in of_kind(small, "NetworkPolicy"):
        for rule in policy["spec"].get("ingress", []):
            targets = _components(policy["spec"]["podSelector"])
            for port in rule.get("ports", []):
                assert any(port["port"] in listening[target] for target in targets)


def test_only_alert_and_delivery_reach_receivers(small: list[Manifest]) -> None:
    """The way to the internet is for receivers of webhooks only, never to private, link-local or metadata addresses."""
    open_to_all = [
        policy["metadata"]["name"]
        for policy in of_kind(small, "NetworkPolicy")
        for rule in policy["spec"].get("egress", [])
        for peer in rule.get("to", [])
        if peer.get("ipBlock", {}).get("cidr") == "0.0.0.0/0"
    ]
    assert open_to_all == ["haetae-webhooks-out"]
    policy = named(small, "NetworkPolicy", "haetae-webhooks-out")
    assert _components(policy["spec"]["podSelector"]) == {"alert", "delivery"}
    (rule,) = policy["spec"]["egress"]
    excluded = set(rule["to"][0]["ipBlock"]["except"])
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8"} <= excluded


def test_the_collector_is_reached_where_it_is_said_to_be() -> None:
    """In its namespace by its labels, or in networks, on its port, from every service and from nothing else; without traces there
    is no way out to it."""
    traces = {"endpoint": "http://c.observability:4318", "namespace": "observability", "labels": {"app": "c"}}
    manifests = render({"telemetry": {"traces": {**traces, "networks": ["10.9.0.0/24"]}}}, profile=PROFILES["small"])
    policy = named(manifests, "NetworkPolicy", "haetae-traces-out")
    assert _components(policy["spec"]["podSelector"]) == {"ingest", "detect", "reid", "alert", "delivery", "search"}
    inside = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observability"}}}
    assert policy["spec"]["egress"] == [
        {
            "to": [{**inside, "podSelector": {"matchLabels": {"app": "c"}}}, {"ipBlock": {"cidr": "10.9.0.0/24"}}],
            "ports": [{"port": 4318, "protocol": "TCP"}],
        }
    ]
    names = {one["metadata"]["name"] for one in of_kind(render(profile=PROFILES["small"]), "NetworkPolicy")}
    assert "haetae-traces-out" not in names


def test_cameras_are_reached_where_they_are_said_to_be() -> None:
    """The networks of the cameras are in the policy and in the services' own list; without any, no camera is reached."""
    values = {"sources": {"privateNetworks": ["10.20.0.0/16"], "ports": [554]}, "webhooks": {"privateNetworks": ["10.9.0.0/24"]}}
    manifests = render(values, profile=PROFILES["small"])
    (rule,) = named(manifests, "NetworkPolicy", "haetae-cameras-out")["spec"]["egress"]
    assert rule["to"] == [{"ipBlock": {"cidr": "10.20.0.0/16"}}]
    assert {(port["port"], port["protocol"]) for port in rule["ports"]} == {(554, "TCP"), (554, "UDP")}
    said = {where: pod["spec"]["containers"][0].get("env", []) for where, pod in pods(manifests)}
    networks = {
        where: [e["value"] for e in env if e["name"] == "HAETAE_SOURCES__ALLOWED_NETWORKS"] for where, env in said.items()
    }
    assert networks["Deployment/haetae-ingest"] == ['["10.20.0.0/16"]']
    assert networks["Deployment/haetae-delivery"] == ['["10.9.0.0/24","10.20.0.0/16"]']
    assert not any(
        "cameras" in policy["metadata"]["name"] for policy in of_kind(render(profile=PROFILES["small"]), "NetworkPolicy")
    )


def test_paths_are_those_of_the_front_door() -> None:
    """Ingress and HTTPRoute send each path where the embedded front door sends it, and neither shows health or metrics."""
    from haetae.embedded.gateway import Upstreams

    front = {"host": "a.example", "ingress": {"enabled": True}, "gateway": {"enabled": True, "parentRefs": [{"name": "g"}]}}
    manifests = render({"front": front}, profile=PROFILES["small"])
    (rule,) = named(manifests, "Ingress", "haetae-front")["spec"]["rules"]
    by_ingress = {path["path"]: path["backend"]["service"]["name"] for path in rule["http"]["paths"]}
    route = named(manifests, "HTTPRoute", "haetae-front")["spec"]
    by_route = {each["matches"][0]["path"]["value"]: each["backendRefs"][0]["name"] for each in route["rules"]}
    door = Upstreams(search="haetae-search", alert="haetae-alert")
    assert by_ingress == by_route == {path: door.of(path) for path in by_ingress}
    assert {"/v1", "/v1/alerts", "/v1/watch-lists", "/v1/webhooks"} <= by_ingress.keys()
    assert not {"/", "/metrics", "/readyz", "/healthz"} & by_ingress.keys()
