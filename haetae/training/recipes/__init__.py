"""The register of recipes, by name. A recipe's module is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import cast

from haetae.errors import Misconfigured
from haetae.training.recipe import Recipe

RECIPES: Mapping[str, str] = MappingProxyType(
    {
        "person-detector": "haetae.training.detection.recipe:PersonDetectorRecipe",
        "distilled-detector": "haetae.training.distillation.recipe:DistilledDetectorRecipe",
        "reid": "haetae.training.reid.recipe:ReidRecipe",
        "reid-resnet50": "haetae.training.reid.recipe:ResNetRecipe",
        "attributes": "haetae.training.attributes.recipe:AttributesRecipe",
        "pose": "haetae.training.pose.recipe:PoseRecipe",
    }
)
"""Name -> "module:Class"."""


def recipe_class(address: str) -> Callable[..., Recipe]:
    """The class at "module:Class". Raises Misconfigured where there is none."""
    module, _, name = address.partition(":")
    try:
        return cast("Callable[..., Recipe]", getattr(import_module(module), name))
    except ModuleNotFoundError as error:
        if error.name is not None and module.startswith(error.name):
            raise Misconfigured(f"This recipe is not here: there is no module {error.name}.") from error
        raise
    except AttributeError as error:
        raise Misconfigured(f"This recipe is not here: {module} has no {name}.") from error


def recipe(name: str) -> Recipe:
    """The recipe of that name as it stands. Raises Misconfigured, naming those that there are."""
    address = RECIPES.get(name)
    if address is None:
        raise Misconfigured(f"There is no recipe '{name}'; there are {', '.join(RECIPES)}.")
    return recipe_class(address)()


def address_of(one: Recipe) -> str:
    """Where a recipe's class is: "module:Class"."""
    return f"{type(one).__module__}:{type(one).__qualname__}"
