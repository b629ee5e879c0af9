"""The whole picture behind the subject: a sky, and the place under it."""

from collections.abc import Callable

from workers.training.worlds import built, interiors, landscapes, palette, skies, waters
from workers.training.worlds.palette import Light
from workers.training.worlds.scene import Camera, Picture, Scenes, View

Painter = Callable[[Picture, Scenes, View, Camera, Light], None]

PLACES: dict[str, Painter] = {
    "mountains": landscapes.mountains,
    "desert": landscapes.desert,
    "forest": landscapes.forest,
    "meadow": landscapes.meadow,
    "snowfield": landscapes.snowfield,
    "sea": waters.sea,
    "beach": waters.beach,
    "city": built.city,
    "street": built.street,
    "room": interiors.room,
    "studio": interiors.studio,
}
INDOORS = frozenset({"room", "studio"})


def paint(scenes: Scenes, view: View, camera: Camera) -> Picture:
    """Everything but subject and weather: rgb [n, f, 3, h, w], and an empty mask [n, f, h, w]."""
    place = scenes.attributes["place"]
    light = palette.light(scenes, view)
    if place in INDOORS:
        picture = Picture(skies.gradient(view.y, light))
    else:
        picture = skies.paint(scenes, view, camera, light)
    PLACES[place](picture, scenes, view, camera, light)
    n, f = view.t.shape[:2]
    h, w = view.y.shape[2], view.x.shape[3]
    picture.rgb = picture.rgb.expand(n, f, 3, h, w)
    picture.mask = picture.rgb.new_zeros(1).expand(n, f, h, w)
    return picture
