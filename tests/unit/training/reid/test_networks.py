"""OSNet and ResNet-50 as their papers have them."""

from __future__ import annotations

import pytest
import torch

from haetae.training.reid.network import ReidNetwork
from haetae.training.reid.osnet import OSNet
from haetae.training.reid.resnet50 import ResNet50


def _n_parameters(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize(("width", "millions"), [(1.0, 2.2), (0.5, 0.6), (0.25, 0.2)])
def test_osnet_is_as_large_as_the_paper_says(width: float, millions: float) -> None:
    """With its layer of 512 features the network has the parameters of the paper's table 5, to the digit printed there."""
    trunk = OSNet(width)
    assert round(_n_parameters(ReidNetwork(trunk, trunk.n_features, n_dimensions=512)) / 1e6, 1) == millions


def test_osnet_sees_a_sixteenth_of_the_size() -> None:
    """The last maps are a sixteenth as high and wide as the crop (table 1); pooled, there is one number a channel."""
    trunk = OSNet(0.25)
    images = torch.zeros(2, 3, 128, 64)
    assert trunk.maps(images).shape == (2, 128, 8, 4)
    assert trunk(images).shape == (2, 128)


def test_stripes_keep_above_and_below_apart() -> None:
    """Without padding's reach a crop whose lower half changes has the same features in the stripes of its upper half."""
    torch.manual_seed(0)
    trunk = OSNet(0.25, stripes=4, last=2.0).eval()
    assert trunk.n_features == 4 * 256
    maps = torch.rand(1, 256, 8, 4)
    changed = maps.clone()
    changed[:, :, 4:] = 0
    one, other = (trunk.pool(each).flatten(1).view(256, 4) for each in (maps, changed))
    assert torch.equal(one[:, :2], other[:, :2])
    assert not other[:, 2:].any()


def test_a_network_without_stripes_grows_into_one_with_them() -> None:
    """Weights of a smaller head are taken over so that the embeddings stay as they were; other sizes are refused."""
    torch.manual_seed(0)
    small, large = OSNet(0.25), OSNet(0.25, stripes=4, last=2.0)
    before = ReidNetwork(small, small.n_features, n_dimensions=8).eval()
    after = ReidNetwork(large, large.n_features, n_dimensions=8).eval()
    after.load_state_dict(before.state_dict())
    images = torch.rand(2, 3, 64, 32) * 255
    with torch.no_grad():
        assert torch.allclose(before(images), after(images), atol=1e-5)
    with pytest.raises(RuntimeError, match="size mismatch"):
        ReidNetwork(OSNet(0.5), 256, n_dimensions=8).load_state_dict(before.state_dict())


def test_instance_normalisation_takes_a_cameras_contrast_out() -> None:
    """With instance normalisation a crop and the same crop at half the contrast have nearly the same stem features."""
    torch.manual_seed(0)
    trunk = OSNet(0.25, instance_norm=True).eval()
    image = torch.randn(1, 3, 64, 32)
    assert torch.allclose(trunk.stem(image), trunk.stem(0.5 * image), atol=1e-3)


def test_resnet_keeps_detail_in_its_last_stage() -> None:
    """A last stride of 1 doubles the last maps in both directions without another parameter; the trunk has 23.5 million."""
    close, paper = ResNet50(last_stride=1).eval(), ResNet50(last_stride=2).eval()
    assert _n_parameters(close) == _n_parameters(paper) == 23_508_032
    with torch.no_grad():
        maps = close.stages(close.stem(torch.zeros(1, 3, 64, 32)))
    assert maps.shape == (1, 2048, 4, 2)


def test_class_scores_are_cosines_made_sharper() -> None:
    """An embedding that points where a centre does scores the sharpness itself, whatever its length."""
    trunk = OSNet(0.25)
    network = ReidNetwork(trunk, trunk.n_features, n_dimensions=8, n_identities=3)
    assert network.centres is not None
    scores = network.class_scores(5.0 * network.centres[1:2], sharpness=16.0)
    assert scores[0, 1].item() == pytest.approx(16.0, rel=1e-5)
    with pytest.raises(ValueError, match="no class centres"):
        ReidNetwork(trunk, trunk.n_features, n_dimensions=8).class_scores(torch.zeros(1, 8), 16.0)
