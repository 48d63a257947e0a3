"""The words that clusters are named with, unless the learner brings others."""

from __future__ import annotations

from cliplab.sources.storybook import OBJECTS

# A name is the word that leads, so words should not share a picture: hardly one is a kind of
# another ("bird", and no "owl"), and people are not guessed at.
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
    """Return the words that a model can be expected to know.

    Parameters
    ----------
    model : str
        As in `ClipEncoder`.

    Returns
    -------
    tuple of str
        The 16 objects of the storybook for its own CLIP, which knows no others; everyday words
        for things in photographs for every other.

    Examples
    --------
    >>> default_vocabulary("storybook")[:4]
    ('apple', 'balloon', 'bird', 'boat')
    """
    return OBJECTS if model == "storybook" else EVERYDAY_WORDS


def default_templates(model: str) -> tuple[str, ...]:
    """Return the sentences into which words are put for a model.

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
    # Two only: each costs ten seconds on a processor. "The" also suits what cannot be counted.
    return ("a {}",) if model == "storybook" else ("a photo of a {}", "a photo of the {}")
