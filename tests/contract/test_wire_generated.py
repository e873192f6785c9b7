"""The committed generated code is what the .proto files say."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2

from haetae.wire.v1 import best_shot_pb2, camera_report_pb2, frame_pb2, geometry_pb2, sighting_pb2, tracklet_pb2

ROOT = Path(__file__).resolve().parents[2]
GENERATED = (best_shot_pb2, camera_report_pb2, frame_pb2, geometry_pb2, sighting_pb2, tracklet_pb2)


@pytest.mark.parametrize("module", GENERATED, ids=lambda module: module.DESCRIPTOR.name)
def test_generated_code_is_fresh(module: object, tmp_path: Path) -> None:
    """Compiling the .proto again gives the descriptor that is committed: nobody forgot `make proto`."""
    protoc = pytest.importorskip("grpc_tools.protoc", reason="grpcio-tools is for developers")
    name = module.DESCRIPTOR.name  # type: ignore[attr-defined]
    out = tmp_path / "set.pb"
    assert (
        protoc.main(["protoc", f"--proto_path={ROOT / 'proto'}", f"--descriptor_set_out={out}", str(ROOT / "proto" / name)]) == 0
    )
    (compiled,) = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file
    committed = descriptor_pb2.FileDescriptorProto.FromString(module.DESCRIPTOR.serialized_pb)  # type: ignore[attr-defined]
    for message in compiled.message_type:
        for field in message.field:
            field.ClearField("json_name")
    assert compiled == committed
