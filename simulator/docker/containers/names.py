"""Names for containers that were given none: an adjective and the surname of a scientist.

Imitates moby's names generator in form; the words are our own choice.
"""

from __future__ import annotations

import re

from simulator.streams import Stream

ADJECTIVES = re.findall(
    r"\w+",
    """
    agile amused brave bright busy calm careful cheerful clever cosy crisp curious daring
    dreamy eager earnest elated fair fearless festive fluent friendly gentle gifted graceful
    happy hopeful jolly keen kind lively lucid magical merry mellow modest nimble noble
    patient peaceful placid polite proud quick quiet quirky relaxed serene sharp silly sleepy
    snug stoic sunny sweet tender thirsty upbeat vibrant vigilant vivid warm wise witty
    zealous
    """,
)
SURNAMES = re.findall(
    r"\w+",
    """
    abel allen archimedes babbage bell bohr boole brahmagupta carson cerf chandrasekhar cori
    curie darwin dijkstra easley einstein elion engelbart euclid euler faraday fermat feynman
    franklin galileo gauss germain goldberg goodall hamilton hawking heisenberg hertz hodgkin
    hopper hypatia jackson johnson joliot kepler khayyam knuth kowalevski lamport leavitt
    liskov lovelace maxwell mayer mclean meitner mendel mirzakhani newton nobel noether pascal
    pasteur perlman planck poincare ptolemy raman ramanujan ritchie sammet shannon sinoussi
    tesla thompson torvalds turing volta wiles wing wozniak wu yalow yonath
    """,
)

_VALID = re.compile(r"^/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$")


def is_valid_name(name: str) -> bool:
    """Tell whether Docker accepts a name for a container, a network or a volume."""
    return _VALID.match(name) is not None


def draw_name(stream: Stream, is_taken: dict[str, str]) -> str:
    """Draw a free name; after three that are taken a digit is added, as moby does."""
    name = ""
    for attempt in range(6):
        name = f"{stream.choice(ADJECTIVES)}_{stream.choice(SURNAMES)}"
        if attempt > 2:
            name += str(stream.below(10))
        if name not in is_taken:
            return name
    return f"{name}{len(is_taken)}"
