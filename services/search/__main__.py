"""Composes and runs search: `python -m services.search`."""

from __future__ import annotations

import threading

from haetae.blobs.chosen import open_blobs
from haetae.bus.connection import connect, probe
from haetae.bus.ledger import Ledger
from haetae.domain.timing import SystemClock
from haetae.http.access import RememberedKeys
from haetae.http.server import serve
from haetae.inference.detector import PersonDetector
from haetae.inference.embedder import Embedder
from haetae.inference.patient import Patient
from haetae.inference.photo_people import PhotoPeople
from haetae.inference.triton import TritonInference
from haetae.media.address import AddressPolicy
from haetae.models.calibration import calibration_of
from haetae.store.engine import open_store
from haetae.store.secrets import Cipher
from haetae.telemetry.health import Health
from services.launch import launch
from services.search import nearest
from services.search.app import make_app
from services.search.desk import Desk
from services.search.indexes import chosen
from services.search.limits import Buckets
from services.search.pipeline import SearchPipeline
from services.search.probes import ProbeReader
from services.search.settings import SearchSettings
from services.search.understandings.second_reader import second_reader
from services.search.worker import Warming


def main(settings: SearchSettings, stop: threading.Event) -> None:
    """Runs until `stop` is set. Raises Misconfigured."""
    own, triton, clock, health, ended = settings.search, settings.triton, SystemClock(), Health(stop), threading.Event()
    redis, blobs = connect(settings.redis.url.get_secret_value()), open_blobs(settings.blobs.folder, settings.blobs.s3.named())
    cipher = Cipher([key.get_secret_value() for key in settings.secrets.credential_keys])
    url, timeout_s = settings.postgres.url.get_secret_value(), settings.postgres.statement_timeout_s
    pool_size = max(settings.postgres.pool_size, own.n_connections)
    store = open_store(url, cipher=cipher, pool_size=pool_size, statement_timeout_s=timeout_s, application_name="haetae-search")
    inference = Patient(TritonInference(triton.address, shared_memory=triton.shared_memory, ca_file=triton.ca_file))
    networks = settings.models.names()
    detector = PersonDetector(inference, networks.detector, min_score=own.least_person_score)
    measured, read = calibration_of(networks.embedder), calibration_of(networks.attributes)
    reader = ProbeReader(PhotoPeople(detector), Embedder(inference, networks.embedder), limits=measured.limits)
    beside = open_store(url, cipher=cipher, pool_size=2, statement_timeout_s=timeout_s, application_name="haetae-index")
    index = chosen(beside, lambda: reader.model, own)  # with connections of its own: callers may take all others
    desk = Desk(
        store=store,
        blobs=blobs,
        ledger=Ledger(redis),
        reader=reader,
        pipeline=SearchPipeline(own.ranking_with(measured, read.reliability, nearest.chosen(own, triton)), clock),
        addresses=AddressPolicy(tuple(settings.sources.allowed_networks), tuple(settings.sources.import_folders)),
        buckets=Buckets(per_minute=own.queries_per_minute, at_once=own.queries_at_once, clock=clock),
        section=own,
        clock=clock,
        index=index,
        second_reader=second_reader(settings.understanding),
    )
    health.check("postgres", store.ready)
    health.check("blobs", blobs.ready)
    health.check("redis", lambda: probe(redis))
    for network in (networks.detector, networks.embedder):
        health.check(network, lambda name=network: None if inference.ready(name) else "Triton does not serve it now.")  # type: ignore[misc]
    Warming(health).start()
    if index:
        index.start(ended)  # it follows as long as queries are answered, which is longer than until `stop`
    keys = RememberedKeys(store.caller, remembered_s=own.key_remembered_s)
    serve(make_app(desk, keys, health), own.host, own.port, stop, settings.http.serving())
    ended.set()
    store.close()
    beside.close()


if __name__ == "__main__":
    launch("search", SearchSettings, main)
