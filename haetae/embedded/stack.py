"""What the whole stack on one machine consists of: the parts in starting order, their ports, folders and environment."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from haetae.embedded.administrator import ensure_administrator
from haetae.embedded.home import Home
from haetae.embedded.inference_server import InferenceServer
from haetae.embedded.part import Part
from haetae.embedded.ports import EVERYWHERE, LOOPBACK, choose
from haetae.embedded.postgres import Postgres
from haetae.embedded.redis import Redis
from haetae.embedded.service import Door, Program, WebService
from haetae.embedded.watch import Watch
from haetae.errors import Misconfigured, Transient
from haetae.http.serving import Serving
from haetae.inference.triton import TritonInference
from haetae.models.defaults import NetworkNames
from haetae.models.installed import Execution
from haetae.models.networks import network
from haetae.models.pull import pull
from haetae.models.repository import lay_out
from haetae.models.selftest import check
from haetae.settings import Settings
from haetae.store.migration import migrate

SERVICES = {"search": 8081, "alert": 8082, "ingest": 8083, "detect": 8084, "reid": 8085}
_DATA_PARTS = frozenset({"postgres", "redis", "triton"})


@dataclass(frozen=True, slots=True)
class StackOptions:
    """What a caller may choose. Ports that are taken are replaced by free ones."""

    door_port: int = 8080
    all_addresses: bool = False  # the front door, and nothing else, is open beyond loopback
    door: Serving = field(default_factory=Serving)  # with a certificate: TLS at the front door
    networks: NetworkNames | None = None  # None: as the settings say, for what lies in the home's models folder
    mirror: Path | None = None  # a folder that stands in for the networks' public sources
    allowed_networks: Sequence[str] = ()  # CIDRs of private networks with cameras, beside those of the environment
    import_folders: Sequence[Path] = ()  # beside the home's own and those of the environment
    extra: Sequence[Part] = field(default=())  # started first, such as simulated cameras


class Stack:
    """The parts of one home. Making it starts nothing."""

    def __init__(self, home: Home, options: StackOptions) -> None:
        self._home = home
        self._options = options
        settings = Settings.load().models.model_copy(update={"folder": home.models})
        self.networks = options.networks or settings.names()
        self._served = list(dict.fromkeys([self.networks.detector, self.networks.embedder, self.networks.attributes]))
        self._secrets = home.secrets()
        taken: set[int] = {part.port for part in options.extra if part.port is not None}
        self._postgres = Postgres(
            home.postgres,
            choose(5432, taken),
            password=self._secrets.postgres_password,
            admin_password=self._secrets.postgres_admin_password,
            schema=self._bring_up_to_date,
        )
        self._redis = Redis(home.redis, choose(6379, taken), password=self._secrets.redis_password)
        self._triton = InferenceServer(home.triton, home.repository, choose(8001, taken), self._self_test)
        self._service_ports = {name: choose(port, taken) for name, port in SERVICES.items()}
        self._host = EVERYWHERE if options.all_addresses else LOOPBACK
        self._door_port = choose(options.door_port, taken, self._host)
        if options.all_addresses and self._door_port != options.door_port:
            raise Misconfigured("The port is taken, and others would not find the API on another one", port=options.door_port)
        upstreams = {name: f"http://{LOOPBACK}:{self._service_ports[name]}" for name in ("search", "alert")}
        self._door = Door(self._host, self._door_port, upstreams, options.door)

    @property
    def address(self) -> str:
        """The front door as this machine reaches it."""
        return f"{self._door.scheme}://{LOOPBACK}:{self._door_port}"

    @property
    def inference_address(self) -> str:
        """gRPC host:port of the networks."""
        return self._triton.address

    @property
    def token(self) -> str:
        """The administrator's API key; there once PostgreSQL has been ready."""
        return self._home.secrets().api_key or ""

    def prepare(self, progress: Callable[[str], None]) -> None:
        """Networks laid out, those that are not built in fetched and verified before.

        Raises Misconfigured that says what to do where they cannot be had.
        """
        foreign = [name for name in self._served if not network(name).built_in]
        progress(f"fetching and verifying {', '.join(foreign)}" if foreign else "the built-in networks are used")
        try:
            pull(self._home.models, self._served, mirror=self._options.mirror)
        except Transient as away:
            raise Misconfigured(
                f"{away.message} Try again, or put the networks' files into a folder (`haetae models list` names their sources) "
                "and tell it: HAETAE_MODELS__MIRROR=FOLDER",
                **away.subject,
            ) from away
        models = Settings.load().models
        execution = Execution(engine=models.engine, precision=models.precision)
        lay_out(self._home.models, self._home.repository, self._served, execution=execution)

    def watches(self) -> list[Watch]:
        """Everything to be supervised, in starting order; it is ended in the reverse order."""
        parts: list[tuple[Part, frozenset[str]]] = [(part, frozenset()) for part in self._options.extra]
        parts += [(part, frozenset()) for part in (self._postgres, self._redis, self._triton)]
        parts += [(part, _DATA_PARTS) for part in self._programs()]
        return [Watch(part, self._home.logs / f"{part.name}.log", needs) for part, needs in parts]

    def environment(self) -> dict[str, str]:
        """What every service is told. It holds secrets."""
        told = {
            "HAETAE_POSTGRES__URL": self._postgres.url,
            "HAETAE_REDIS__URL": self._redis.url,
            "HAETAE_TRITON__ADDRESS": self._triton.address,
            "HAETAE_TRITON__SHARED_MEMORY": "true",  # one host; where Triton cannot run, messages are used after all
            "HAETAE_BLOBS__FOLDER": str(self._home.blobs),
            "HAETAE_MODELS__FOLDER": str(self._home.models),
            "HAETAE_MODELS__DETECTOR": self.networks.detector,
            "HAETAE_MODELS__EMBEDDER": self.networks.embedder,
            "HAETAE_MODELS__ATTRIBUTES": self.networks.attributes,
            "HAETAE_SECRETS__CREDENTIAL_KEYS": json.dumps([self._secrets.credential_key]),
        }
        if self._options.allowed_networks:
            told["HAETAE_SOURCES__ALLOWED_NETWORKS"] = json.dumps(list(self._options.allowed_networks))
        imports = [self._home.imports, *self._options.import_folders, *Settings.load().sources.import_folders]
        told["HAETAE_SOURCES__IMPORT_FOLDERS"] = json.dumps([str(folder.resolve()) for folder in dict.fromkeys(imports)])
        for name, port in self._service_ports.items():
            told |= {f"HAETAE_{name.upper()}__HOST": LOOPBACK, f"HAETAE_{name.upper()}__PORT": str(port)}
        return told

    def _programs(self) -> list[Part]:
        env = self.environment()
        services: list[Part] = [WebService(name, [f"services.{name}"], env, port) for name, port in self._service_ports.items()]
        delivery = Program("delivery", ["services.alert.delivery"], env)
        return [*services, delivery, self._door]

    def _self_test(self, address: str) -> None:
        """Raises Misconfigured when a network gives other numbers than the known ones."""
        inference = TritonInference(address)
        try:
            check(inference, self._served)
        finally:
            inference.close()

    def _bring_up_to_date(self, url: str) -> None:
        """The schema, and a first administrator."""
        migrate(url)
        known = self._home.secrets().api_key
        key = ensure_administrator(url, known)
        if key != known:
            self._home.keep_api_key(key)
