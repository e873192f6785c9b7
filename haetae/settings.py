"""Typed settings: environment variables `HAETAE_<SECTION>__<FIELD>`, validated before any connection, printed redacted.

Each service adds its own section in `services/<name>/settings.py`. The rooms never read settings: they take arguments.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from haetae.blobs.bucket import Bucket
from haetae.errors import Misconfigured
from haetae.http.serving import Serving
from haetae.models.defaults import NetworkNames, chosen
from haetae.models.registered import know
from haetae.models.spec import Task
from haetae.telemetry.collector import Collector, check_endpoint, headers_of


class PostgresSettings(BaseModel):
    """Where facts are stored."""

    url: SecretStr = SecretStr("postgresql+psycopg2://haetae@127.0.0.1:5432/haetae")
    pool_size: int = Field(default=5, ge=1, le=100)
    statement_timeout_s: float = Field(default=30.0, gt=0)


class RedisSettings(BaseModel):
    """Where streams, leases, ledgers and task queues are."""

    # Or rediss://, or redis+sentinel://host:26379,host2:26379/0?service=NAME
    url: SecretStr = SecretStr("redis://127.0.0.1:6379/0")
    frame_shards: int = Field(default=8, ge=1, le=1024)  # streams that the cameras' frames are spread over; the same everywhere


class TritonSettings(BaseModel):
    """Where networks are served."""

    address: str = "127.0.0.1:8001"  # gRPC host:port
    deadline_s: float = Field(default=5.0, gt=0)
    ca_file: Path | None = None  # PEM of who signed the server's certificate; without one, no TLS
    shared_memory: bool = False  # hand tensors over through system shared memory: only on one host


class S3Settings(BaseModel):
    """A bucket of an S3-compatible store. Without a name there is none."""

    bucket: str = ""
    endpoint: str = ""  # such as https://s3.example:9000, addressed by path; empty: Amazon's of the region
    region: str = "us-east-1"
    prefix: str = ""  # of all keys, such as haetae/site-1
    access_key: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")
    ca_file: Path | None = None  # PEM: trusted besides the system's
    deadline_s: float = Field(default=10.0, gt=0, le=120)  # of one request, its repetitions included

    def named(self) -> Bucket | None:
        """The bucket; None where none is named."""
        if not self.bucket:
            return None
        return Bucket(
            self.bucket,
            endpoint=self.endpoint,
            region=self.region,
            prefix=self.prefix,
            access_key=self.access_key.get_secret_value(),
            secret_key=self.secret_key.get_secret_value(),
            ca_file=self.ca_file,
            deadline_s=self.deadline_s,
        )


class HttpSettings(BaseModel):
    """How every service's own port is served."""

    cert_file: Path | None = None  # PEM, with the chain; read again when it changes. Without one, no TLS
    key_file: Path | None = None
    drain_s: float = Field(default=0.0, ge=0, le=300)  # still answering, not ready any more, before the port is closed
    grace_s: float = Field(default=10.0, gt=0, le=300)  # for what is being answered, after that

    def serving(self) -> Serving:
        """The same for the server."""
        return Serving(cert_file=self.cert_file, key_file=self.key_file, drain_s=self.drain_s, grace_s=self.grace_s)


class BlobsSettings(BaseModel):
    """Where crops are kept: in a folder, or in the bucket of `s3` where one is named."""

    folder: Path = Path(".haetae/blobs")
    s3: S3Settings = S3Settings()


class UnderstandingSettings(BaseModel):
    """A language model that may be asked for a second opinion on sentences. Without an endpoint nothing is ever sent."""

    endpoint: str = ""  # base of an OpenAI-compatible API, such as http://llm.local:8000/v1
    model: str = ""
    api_key: SecretStr = SecretStr("")
    timeout_s: float = Field(default=10.0, gt=0, le=60)  # of the whole exchange
    reply_format: Literal["json_schema", "json_object", "text"] = "json_schema"  # what the endpoint is told to reply in
    ca_file: Path | None = None  # PEM: trusted in place of the usual authorities

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """An address that can be called, with a model; the address may hold no password, which logs would show."""
        if not self.endpoint:
            return self
        address = urlsplit(self.endpoint)
        if address.scheme not in ("http", "https") or not address.hostname or address.port == 0:
            raise ValueError("the endpoint is an http or https address")
        if "@" in address.netloc or address.query or address.fragment:
            raise ValueError("the endpoint has no user, password, query or fragment; the key has a field of its own")
        if not self.model:
            raise ValueError("an endpoint needs a model")
        return self


class ModelsSettings(BaseModel):
    """Which networks are used, and where their files come from."""

    folder: Path = Field(default_factory=lambda: Path(os.environ.get("HAETAE_HOME", ".haetae")) / "models")
    mirror: Path | None = None  # a folder that stands in for the public sources
    detector: str | None = None  # these three: None takes what was pulled, else what is built in
    embedder: str | None = None
    attributes: str | None = None
    engine: Literal["onnxruntime", "openvino"] | None = None  # None: the one that measured faster at the pull
    precision: Literal["f32", "bf16"] = "f32"  # bf16: OpenVINO only; embeddings move by about .005 and are another version

    def names(self) -> NetworkNames:
        """The networks to work with: those named here, else those chosen for what lies in `folder`."""
        know(self.folder)  # a name may be that of a registered network
        return NetworkNames(
            detector=self.detector or chosen(Task.DETECTION, self.folder),
            embedder=self.embedder or chosen(Task.EMBEDDING, self.folder),
            attributes=self.attributes or chosen(Task.ATTRIBUTES, self.folder),
        )


class TracesSettings(BaseModel):
    """Traces, to a collector that speaks OTLP over HTTP. Without an endpoint there are none."""

    endpoint: str = ""  # such as http://collector:4318
    sample_ratio: float = Field(default=1.0, ge=0, le=1)  # of requests whose callers did not decide
    frame_sample_ratio: float = Field(default=0.001, ge=0, le=1)  # of frames: there are far more of them
    ca_file: Path | None = None  # PEM: trusted in place of the usual authorities
    headers: SecretStr = SecretStr("")  # name=value,name=value

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """An address that can be called, and headers that can be sent."""
        headers_of(self.headers.get_secret_value())
        if self.endpoint:
            check_endpoint(self.endpoint)
        if self.endpoint and self.ca_file is not None and not self.endpoint.startswith("https:"):
            raise ValueError("a file of authorities (ca_file) is for an https endpoint of the collector")
        return self

    def collector(self) -> Collector | None:
        """The collector; None where there is none."""
        if not self.endpoint:
            return None
        return Collector(
            self.endpoint,
            sample_ratio=self.sample_ratio,
            frame_sample_ratio=self.frame_sample_ratio,
            ca_file=self.ca_file,
            headers=headers_of(self.headers.get_secret_value()),
        )


class TelemetrySettings(BaseModel):
    """Logs and traces."""

    log_level: str = "INFO"
    log_json: bool = True
    traces: TracesSettings = TracesSettings()


class SecretsSettings(BaseModel):
    """Keys that encrypt what is secret at rest: Fernet keys, newest first; the first encrypts, all decrypt."""

    credential_keys: list[SecretStr] = Field(default_factory=list)


class SourcesSettings(BaseModel):
    """What camera addresses and webhook targets may point to."""

    allowed_networks: list[str] = Field(default_factory=list)  # CIDRs of private networks with cameras
    import_folders: list[Path] = Field(default_factory=list)  # recordings and file cameras must lie below one of these


class Settings(BaseSettings):
    """The sections that every service may use."""

    model_config = SettingsConfigDict(env_prefix="HAETAE_", env_nested_delimiter="__", extra="ignore")

    postgres: PostgresSettings = PostgresSettings()
    redis: RedisSettings = RedisSettings()
    triton: TritonSettings = TritonSettings()
    http: HttpSettings = HttpSettings()
    blobs: BlobsSettings = BlobsSettings()
    models: ModelsSettings = ModelsSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    secrets: SecretsSettings = SecretsSettings()
    sources: SourcesSettings = SourcesSettings()
    understanding: UnderstandingSettings = UnderstandingSettings()

    @classmethod
    def load(cls) -> Self:
        """Settings from the environment. Raises Misconfigured, naming each field that is wrong and never its value."""
        try:
            return cls()
        except ValidationError as error:
            fields = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
            raise Misconfigured(f"The settings are not valid: {fields}") from None

    def redacted(self) -> dict[str, object]:
        """The settings as plain values for a start-up log line; secrets appear as asterisks."""
        return self.model_dump(mode="json")
