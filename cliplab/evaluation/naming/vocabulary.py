"""The default words and templates to name clusters with."""

from __future__ import annotations

from cliplab.sources.storybook import OBJECTS

# The best word must be clearly ahead, so few words are a kind of another ("bird", but not "owl").
# The words for people are few, so that no attribute of a person is guessed.
_THEMES = (
    # Animals of house and farm
    "dog, cat, horse, cow, sheep, goat, pig, chicken, rabbit, donkey, hamster",
    # Animals of the wild
    (
        "elephant, lion, tiger, bear, monkey, giraffe, zebra, deer, fox, wolf, kangaroo, camel, "
        "squirrel, hedgehog, rhinoceros, hippopotamus, panda"
    ),
    # Animals that fly, swim and crawl
    (
        "bird, fish, whale, dolphin, seal, octopus, jellyfish, crab, starfish, turtle, frog, "
        "snake, lizard, crocodile, snail, butterfly, bee, ant, beetle, spider, dragonfly"
    ),
    # Plants
    "flower, tree, leaf, grass, bush, cactus, mushroom, moss, pine cone",
    # Landscapes
    (
        "mountain, forest, field, desert, beach, sea, river, lake, waterfall, cliff, cave, "
        "island, volcano, glacier, rock, garden"
    ),
    # Sky, weather and fire
    "cloud, sunset, rainbow, lightning, moon, snow, fog, fire, smoke",
    # Fruit and vegetables
    (
        "apple, banana, orange, lemon, cherry, strawberry, grape, pineapple, watermelon, pear, "
        "tomato, carrot, potato, onion, cucumber, corn, pumpkin, broccoli, cabbage, garlic"
    ),
    # Dishes and drinks
    (
        "bread, cake, cookie, pancake, pizza, sandwich, hamburger, salad, soup, pasta, rice, "
        "sushi, egg, cheese, meat, sausage, ice cream, chocolate, candy, coffee, juice, beer, wine"
    ),
    # On the table and in the kitchen
    (
        "plate, bowl, cup, bottle, fork, spoon, knife, frying pan, kettle, oven, refrigerator, "
        "sink, basket, jar"
    ),
    # In the house
    (
        "chair, table, sofa, bed, shelf, lamp, candle, mirror, clock, carpet, curtain, pillow, "
        "vase, fireplace, bathtub, toilet, door, window, staircase, key, broom, bucket, "
        "washing machine"
    ),
    # Clothes and what is carried
    (
        "shirt, dress, jacket, trousers, suit, tie, hat, helmet, shoe, sock, glove, scarf, "
        "eyeglasses, mask, crown, ring, necklace, wristwatch, handbag, backpack, suitcase, "
        "umbrella"
    ),
    # People
    "person, baby, crowd, hand, eye, foot, tattoo",
    # Tools, paper and devices
    (
        "hammer, screwdriver, scissors, ladder, rope, wheel, light bulb, book, newspaper, map, "
        "pencil, painting, drawing, coin, flag, computer, keyboard, telephone, camera, "
        "television, headphones, microphone, loudspeaker, telescope, microscope, robot"
    ),
    # Music
    "guitar, piano, violin, drum, trumpet, flute, saxophone",
    # Sport, play and feasts
    (
        "ball, tennis racket, golf club, skateboard, surfboard, ski, swing, kite, balloon, doll, "
        "teddy bear, chessboard, playing card, dice, puzzle, fishing rod, swimming pool, trophy, "
        "fireworks, Christmas tree, snowman, gift"
    ),
    # Vehicles
    (
        "car, bus, truck, train, tram, bicycle, motorcycle, airplane, helicopter, rocket, boat, "
        "submarine, tractor, excavator, wheelchair, stroller, parachute"
    ),
    # Buildings and rooms
    (
        "house, skyscraper, castle, church, temple, tower, bridge, lighthouse, windmill, barn, "
        "tent, stadium, factory, shop, classroom, office, ruin, roof, fence"
    ),
    # Streets and squares
    (
        "street, tunnel, railway track, traffic light, traffic sign, bench, fountain, statue, "
        "mailbox, fire hydrant, trash can, playground, graffiti"
    ),
)

EVERYDAY_WORDS: tuple[str, ...] = tuple(word for theme in _THEMES for word in theme.split(", "))


def default_vocabulary(model: str) -> tuple[str, ...]:
    """Return the default vocabulary for a model.

    Parameters
    ----------
    model : str
        As in `ClipEncoder`.

    Returns
    -------
    tuple of str
        The 16 objects of the storybook for its own CLIP, which was trained on no others; words
        for things in photographs for every other model.

    Examples
    --------
    >>> default_vocabulary("storybook")[:4]
    ('apple', 'balloon', 'bird', 'boat')
    """
    return OBJECTS if model == "storybook" else EVERYDAY_WORDS


def default_templates(model: str) -> tuple[str, ...]:
    """Return the default templates for a model.

    Parameters
    ----------
    model : str
        As in `ClipEncoder`.

    Returns
    -------
    tuple of str
        With ``{}`` in place of the word.

    Examples
    --------
    >>> default_templates("ViT-B-32")
    ('a photo of a {}', 'a photo of the {}')
    """
    # Only two: each takes ten seconds on a CPU. "The" also fits words without a plural.
    return ("a {}",) if model == "storybook" else ("a photo of a {}", "a photo of the {}")
